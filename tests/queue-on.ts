// Queues work on any ledger, for tests whose workers are processes of their own.

import { newRunId } from "../src/core/ids.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import type { Scene } from "./scene.ts";

/** Queues it unclaimed. @returns the run's id */
export async function queueOn(ledger: Ledger, what: Parameters<Scene["queue"]>[0], retries = 0): Promise<string> {
  const { content, kind, agent, minScore, limits, seed } = what;
  const digest = await ledger.putBlob(Buffer.from(JSON.stringify(content)));
  const runId = newRunId();
  const data = {
    ...{ kind, agent, minScore, limits, seed, subject: { kind, id: content.id, digest } },
    ...{ name: null, params: {}, labels: what.labels ?? {}, priority: "normal" as const, experimentId: null, trial: 1 },
    retryPolicy: { retries, backoffMs: what.backoffMs ?? 10, origins: what.origins ?? ["lost" as const] },
    ...{ againOf: null, imported: false, who: "test" },
  };
  await ledger.execute(runId, { type: "queue", data, claim: null }, "test");
  return runId;
}
