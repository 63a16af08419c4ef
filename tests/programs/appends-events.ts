// Appends events to a ledger, one commit each, to a run of its own. Prints "ready", waits for a line on stdin, and from
// then on prints the seq of each event once the ledger has answered; at the end a line of JSON says how long the
// slowest answer took. Arguments: ledger, number of commits (0: without end), run id.

import { once } from "node:events";
import { writeSync } from "node:fs";
import { effectiveLimits } from "../../src/core/limits.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";

const [url = "", commits = "0", runId = ""] = process.argv.slice(2);
const count = Number(commits) || Number.POSITIVE_INFINITY;
const ledger = await openLedger({ url, mustExist: true });
const digest = await ledger.putBlob(Buffer.from("nothing to do"));
const subject = { kind: "command" as const, id: "appends-events", digest };
const data = {
  kind: "command" as const,
  subject,
  agent: null,
  name: null,
  params: {},
  seed: null,
  labels: {},
  priority: "normal" as const,
  limits: effectiveLimits("command"),
  retryPolicy: { retries: 0, backoffMs: 0, origins: [] },
  experimentId: null,
  trial: 1,
  minScore: null,
  againOf: null,
  imported: false,
  who: "test",
};
await ledger.execute(runId, { type: "queue", data, claim: null }, "test");
writeSync(1, "ready\n");
await once(process.stdin, "data");
process.stdin.destroy();

let slowestMs = 0;
for (let done = 0; done < count; done += 1) {
  const startMs = performance.now();
  const { run } = await ledger.execute(runId, { type: done % 2 === 0 ? "pause" : "resume" }, "test");
  slowestMs = Math.max(slowestMs, performance.now() - startMs);
  writeSync(1, `${run.seq}\n`);
}
writeSync(1, `${JSON.stringify({ slowestMs: Math.round(slowestMs), notices: ledger.notices })}\n`);
await ledger.close();
