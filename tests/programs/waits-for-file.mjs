// Says that it is there, and once the file exists that it was told of, prints so many kibibytes (none, if it was not
// told) and exits with 0.
import { existsSync, writeSync } from "node:fs";

const [file, kibibytes = "0"] = process.argv.slice(2);
process.stdout.write("ready\n");
const look = setInterval(() => {
  if (!existsSync(file)) return;
  clearInterval(look);
  const line = `${"x".repeat(1023)}\n`;
  for (let printed = 0; printed < Number(kibibytes); printed += 1) writeSync(1, line);
}, 5);
