// Takes a run away: events, folds and logs go, a tombstone stays, all in the transaction that appended run.deleted.
// That one event stays under the run's id, so that readers of all events see what went; its link can no longer be
// checked, since the chain before it is gone.

import type { DatabaseSync } from "node:sqlite";
import type { Run } from "../../core/run.ts";
import { statement } from "./statement.ts";

export function deleteRun(
  db: DatabaseSync,
  { run, created, nowMs }: { run: Run; created: number; nowMs: number },
): void {
  deleteEvents(db, run.id);
  deleteLogs(db, run.id);
  deleteAttempts(db, run.id);
  deleteLabels(db, created, run.labels);
  deleteRunRow(db, created);
  insertTombstone(db, { runId: run.id, nowMs, position: run.position });
}

function deleteEvents(db: DatabaseSync, runId: string): void {
  statement(db, "DELETE FROM events WHERE run_id = ? AND type <> 'run.deleted'").run(runId);
}

function deleteLogs(db: DatabaseSync, runId: string): void {
  statement(db, "DELETE FROM logs WHERE run_id = ?").run(runId);
}

function deleteAttempts(db: DatabaseSync, runId: string): void {
  statement(db, "DELETE FROM attempts WHERE run_id = ?").run(runId);
}

function deleteLabels(db: DatabaseSync, created: number, labels: Record<string, string>): void {
  for (const [key, value] of Object.entries(labels)) {
    statement(db, "DELETE FROM run_labels WHERE key = ? AND value = ? AND created = ?").run(key, value, created);
  }
}

function deleteRunRow(db: DatabaseSync, created: number): void {
  statement(db, "DELETE FROM runs WHERE created = ?").run(created);
}

function insertTombstone(db: DatabaseSync, of: { runId: string; nowMs: number; position: number }): void {
  const sql = "INSERT INTO tombstones (run_id, deleted_at, position) VALUES (?, ?, ?)";
  statement(db, sql).run(of.runId, of.nowMs, of.position);
}
