// Prints numbered lines of 64 bytes: `floods-stdout.mjs MEBIBYTES`, or without end if none are named.
import { writeSync } from "node:fs";

const lines = process.argv[2] === undefined ? Number.POSITIVE_INFINITY : (Number(process.argv[2]) * 1024 * 1024) / 64;
const batch = 1024;
for (let from = 0; from < lines; from += batch) {
  let text = "";
  for (let line = from; line < Math.min(from + batch, lines); line += 1) text += `${String(line).padStart(63, "0")}\n`;
  for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(1, rest));
}
