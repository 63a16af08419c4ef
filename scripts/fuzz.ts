// Feeds many mutated benchmark files to the parser: `node scripts/fuzz.ts [COUNT] [SEED]`. Exits with 1 if one breaks it.
import { randomInt } from "node:crypto";
import { fuzzFormat } from "../tests/fuzz/fuzz-format.ts";

const count = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? randomInt(2 ** 32));
const begunMs = performance.now();
const { parsed, refused, slowestMs, broken } = fuzzFormat({ count, seed });
const seconds = ((performance.now() - begunMs) / 1000).toFixed(1);
console.log(`seed ${seed}: ${parsed} parsed, ${refused} refused, slowest ${slowestMs.toFixed(0)} ms, ${seconds} s`);
for (const { text, why } of broken) console.log(`\n${why}\n--- text\n${text}`);
if (broken.length > 0) process.exitCode = 1;
