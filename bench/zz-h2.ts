import { oneLoop, manyAtOnce } from "/work/main/bench/models.ts";
import { reportLines } from "/work/main/bench/report.ts";
process.env.RUNLEDGER_SESSIONS_DIR="none";
const [what, ...n] = process.argv.slice(2);
if (what === "loop") console.log(reportLines(await oneLoop()).join("\n"));
else console.log(reportLines(await manyAtOnce({ runs: Number(n[0]), turns: Number(n[1]) })).join("\n"));
