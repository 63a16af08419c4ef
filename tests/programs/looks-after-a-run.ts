// A process that takes over a run as it finds it and looks after it until it is over or paused: adopts an attempt that
// nobody supervises, claims what is queued. Arguments: ledger folder, run id, runner's URL. Meant to be killed.
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { startWorker } from "../../src/worker/worker.ts";

const [home, runId, runner] = process.argv.slice(2);
if (home === undefined || runId === undefined || runner === undefined)
  throw new Error("ledger, run or runner is missing");
await using ledger = await openLedger({ url: home, mustExist: true });
await using worker = await startWorker({ ledger, runnerUrl: new URL(runner), build: "source", spares: 0 });
const env = { PATH: process.env.PATH ?? "" };
const run = (await worker.adopt(runId, { env })) ?? (await worker.runToEnd(runId, { env }));
process.stdout.write(`${run.status}\n`);
