// Many runs that report at an even pace; started by api-load.ts as a process of its own.

import { ingest, start, startedRecord } from "../src/ledger/contract/samples.contract.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";

const [home = "", runs = "50", rate = "100", seconds = "10"] = process.argv.slice(2);
/** Reports of one run come in batches, as journals are read. */
const tickMs = 50;

await using ledger = await openLedger({ url: home, mustExist: true });
const started = await Promise.all(Array.from({ length: Number(runs) }, () => start(ledger)));
await Promise.all(started.map((run) => ingest(ledger, run, startedRecord)));
process.send?.("started");
const perTick = Math.max(1, Math.round((Number(rate) * tickMs) / 1000));
const begunMs = performance.now();
for (let tick = 1; performance.now() - begunMs < Number(seconds) * 1000; tick += 1) {
  const records = Array.from({ length: perTick }, (_, n): [string, object] => ["run.progressed", { done: tick + n }]);
  await Promise.all(started.map((run) => ingest(ledger, run, ...records)));
  const dueMs = begunMs + tick * tickMs;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
}
process.disconnect?.();
