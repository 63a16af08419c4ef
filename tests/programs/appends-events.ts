// Appends events to a ledger, one commit each, to a run of its own. Prints "ready", waits for a line on stdin, and from
// then on prints the seq of each event once the ledger has answered; at the end a line of JSON says how long the
// slowest answer took. Arguments: ledger, number of commits (0: without end), run id.

import { once } from "node:events";
import { writeSync } from "node:fs";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { queuedCommand } from "./queued-command.ts";

const [url = "", commits = "0", runId = ""] = process.argv.slice(2);
const count = Number(commits) || Number.POSITIVE_INFINITY;
const ledger = await openLedger({ url, mustExist: true });
const data = await queuedCommand(ledger);
await ledger.execute(runId, { type: "queue", data, claim: null }, "test");
writeSync(1, "ready\n");
await once(process.stdin, "data");
process.stdin.destroy();

let slowestMs = 0;
for (let done = 0; done < count; done += 1) {
  const startMs = performance.now();
  const command = done % 2 === 0 ? ({ type: "pause" } as const) : ({ type: "resume", claim: null } as const);
  const { run } = await ledger.execute(runId, command, "test");
  slowestMs = Math.max(slowestMs, performance.now() - startMs);
  writeSync(1, `${run.seq}\n`);
}
writeSync(1, `${JSON.stringify({ slowestMs: Math.round(slowestMs), notices: ledger.notices })}\n`);
await ledger.close();
