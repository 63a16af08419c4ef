// Appends a line with its name and the time to a file every 50 ms, until the end file exists.
import { appendFileSync, existsSync } from "node:fs";

const [file, name, end] = process.argv.slice(2);
process.stdout.write("ready\n");
const beat = setInterval(() => {
  appendFileSync(file, `${name} ${process.env.RUNLEDGER_ATTEMPT ?? "?"} ${Date.now()}\n`);
  if (existsSync(end)) clearInterval(beat);
}, 50);
