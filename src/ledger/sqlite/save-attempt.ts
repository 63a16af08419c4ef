// Keeps the row of an attempt: who supervises it, and whether it has ended.

import type { DatabaseSync } from "node:sqlite";
import type { AttemptRow } from "../attempt-row.ts";
import { statement } from "./statement.ts";

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
