// Supervises a run twice in a process that may open only few files: first with as many of them taken as it can take but
// a few, then with all of them free. Prints the run's status after each, as one JSON line.
// Arguments: ledger folder, run id, how many open files are left at first, and `probed` if it knows by then how programs
// can be held on this machine.
import { closeSync, openSync } from "node:fs";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { probeContainment } from "../../src/worker/probe-containment.ts";
import { startWorker, type Worker } from "../../src/worker/worker.ts";
import { runnerUrl } from "../scene.ts";

const [home = "", runId = "", left, knows] = process.argv.slice(2);

async function supervise(ledger: Ledger, worker: Worker): Promise<string> {
  const { run } = await ledger.execute(runId, { type: "claim", ...worker.newClaim() }, "worker");
  return (await worker.runOnce(run, { env: {} })).status;
}

function takeAllBut(count: number): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EMFILE") throw error;
  }
  for (const fd of taken.splice(0, count)) closeSync(fd);
  return taken;
}

await using ledger = await openLedger({ url: home, mustExist: true });
await using worker = await startWorker({ ledger, runnerUrl, build: "source", spares: 0 });
if (knows === "probed") await probeContainment();
const taken = takeAllBut(Number(left));
const first = await supervise(ledger, worker);
for (const fd of taken) closeSync(fd);
const second = await supervise(ledger, worker);
console.log(JSON.stringify([first, second]));
