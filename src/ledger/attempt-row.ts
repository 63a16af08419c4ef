// The row of an attempt as a function of the fold: who supervises it, and whether it has ended. Its journal cursor needs
// no column: it is in the events that took the records.

import type { Attempt } from "../core/run.ts";
import { msOf } from "./run-row.ts";

export type AttemptRow = {
  run_id: string;
  attempt: number;
  claim_id: string;
  worker: string;
  boot_id: string;
  pidns: string;
  orphaned_at: number | null;
  outcome: string | null;
};

export function attemptRow(runId: string, attempt: Attempt): AttemptRow {
  return {
    run_id: runId,
    attempt: attempt.number,
    claim_id: attempt.claimId,
    worker: attempt.worker,
    boot_id: attempt.place.bootId,
    pidns: attempt.place.pidns,
    orphaned_at: msOf(attempt.orphanedAt),
    outcome: attempt.outcome,
  };
}
