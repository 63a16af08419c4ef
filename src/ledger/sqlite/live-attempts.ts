// Attempts without an ending: what settling and supervision start from. One indexed query.

import type { DatabaseSync } from "node:sqlite";
import type { RunStatus } from "../../core/moves.ts";
import type { AttemptRow } from "../attempt-row.ts";
import type { LiveAttempt, Supervisor } from "../ledger.ts";
import { journalCursor } from "./journal-cursor.ts";
import { statement } from "./statement.ts";

const columns = "a.run_id, a.attempt, a.claim_id, a.worker, a.boot_id, a.pidns, a.orphaned_at, runs.status";
const from = "FROM attempts AS a CROSS JOIN runs ON runs.run_id = a.run_id WHERE a.outcome IS NULL";
const allSql = `SELECT ${columns} ${from} ORDER BY a.run_id, a.attempt`;
const oneSql = `SELECT ${columns} ${from} AND a.worker = ? ORDER BY a.run_id, a.attempt`;

export function liveAttempts(db: DatabaseSync, { worker }: { worker: string | null }): LiveAttempt[] {
  const rows = worker === null ? statement(db, allSql).all() : statement(db, oneSql).all(worker);
  return (rows as (AttemptRow & { status: RunStatus })[]).map((row) => ({
    runId: row.run_id,
    attempt: row.attempt,
    claimId: row.claim_id,
    worker: row.worker,
    place: { bootId: row.boot_id, pidns: row.pidns },
    status: row.status,
    orphanedAt: row.orphaned_at === null ? null : new Date(row.orphaned_at).toISOString(),
    cursor: journalCursor(db, row.run_id, row.attempt),
  }));
}

/** Workers of attempts without an ending, each once. */
export function supervisors(db: DatabaseSync): Supervisor[] {
  const sql = "SELECT DISTINCT worker, boot_id, pidns FROM attempts WHERE outcome IS NULL ORDER BY worker";
  const rows = statement(db, sql).all() as Pick<AttemptRow, "worker" | "boot_id" | "pidns">[];
  return rows.map(({ worker, boot_id: bootId, pidns }) => ({ worker, place: { bootId, pidns } }));
}
