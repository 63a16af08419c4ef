// Reports progress every 50 ms until the file exists that it was told of, then exits with 0.
import { appendFileSync, existsSync } from "node:fs";

const [file] = process.argv.slice(2);
process.stdout.write("ready\n");
let done = 0;
const tick = setInterval(() => {
  done += 1;
  appendFileSync(process.env.RUNLEDGER_EVENTS, `${JSON.stringify({ type: "progress", done })}\n`);
  if (existsSync(file)) clearInterval(tick);
}, 50);
