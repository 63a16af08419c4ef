// Commits changes at an even pace; started by stream-load.ts as a process of its own.

import { ingest, start, startedRecord } from "../src/ledger/contract/samples.contract.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";

const [url = "", rate = "500", seconds = "10"] = process.argv.slice(2);
const wanted = Number(rate) * Number(seconds);

await using ledger = await openLedger({ url, mustExist: true });
const run = await start(ledger);
await ingest(ledger, run, startedRecord);
const begunMs = performance.now();
for (let done = 0; done < wanted; ) {
  const due = Math.min(wanted, Math.floor(((performance.now() - begunMs) / 1000) * Number(rate)) + 1);
  if (due > done) {
    const records = Array.from({ length: due - done }, (_, index): [string, object] => [
      "run.progressed",
      { done: done + index, total: wanted },
    ]);
    await ingest(ledger, run, ...records);
    done = due;
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}
