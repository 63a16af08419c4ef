// Fuzzes every route of the API: `node scripts/fuzz-api.ts [requests] [seed]`. Exit code 1 if anything broke.
import { fuzzServed } from "../tests/fuzz/fuzz-served.ts";

const [requests = 50_000, seed = 1] = process.argv.slice(2).map(Number);
const begunMs = performance.now();
const result = await fuzzServed({ seed, requests });
console.log(JSON.stringify({ ...result, seed, seconds: Math.round((performance.now() - begunMs) / 1000) }, null, 2));
process.exitCode = result.broken.length === 0 ? 0 : 1;
