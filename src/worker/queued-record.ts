// What was queued, as an attempt's spec.json keeps it. With it a run outlives its ledger.

import type { Run } from "../core/run.ts";
import type { QueuedRecord } from "../protocol/spec.ts";

/** The data of the run's first event, read back from its fold; it holds no secret. */
export function queuedRecord(run: Run): QueuedRecord {
  return {
    at: run.queuedAt,
    data: {
      kind: run.kind,
      subject: run.subject,
      agent: run.agent,
      name: run.name,
      params: run.params,
      seed: run.seed,
      labels: run.labels,
      priority: run.priority,
      limits: run.limits,
      retryPolicy: run.retryPolicy,
      experimentId: run.experimentId,
      trial: run.trial,
      minScore: run.minScore,
      againOf: run.againOf,
      imported: run.imported,
      who: run.who,
    },
  };
}
