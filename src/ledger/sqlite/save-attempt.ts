// Keeps the row of an attempt: who supervises it, and whether it has ended. Its journal cursor needs no column: it is
// in the events that took the records.

import type { DatabaseSync } from "node:sqlite";
import type { Attempt } from "../../core/run.ts";
import { msOf } from "./run-row.ts";
import { statement } from "./statement.ts";

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

const sql = `INSERT INTO attempts (run_id, attempt, claim_id, worker, boot_id, pidns, orphaned_at, outcome)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (run_id, attempt) DO UPDATE SET claim_id = excluded.claim_id, worker = excluded.worker,
  boot_id = excluded.boot_id, pidns = excluded.pidns, orphaned_at = excluded.orphaned_at, outcome = excluded.outcome`;

export function saveAttempt(db: DatabaseSync, row: AttemptRow): void {
  statement(db, sql).run(
    row.run_id,
    row.attempt,
    row.claim_id,
    row.worker,
    row.boot_id,
    row.pidns,
    row.orphaned_at,
    row.outcome,
  );
}

/** The row as a function of the fold. */
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
