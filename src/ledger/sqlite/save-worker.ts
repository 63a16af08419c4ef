// Keeps the rows of workers that take runs from the queue.

import type { DatabaseSync } from "node:sqlite";
import type { WorkerEntry } from "../../core/queue-view.ts";
import { type WorkerRow, workerOfRow } from "../worker-row.ts";
import { statement } from "./statement.ts";

export function insertWorker(db: DatabaseSync, row: WorkerRow): void {
  const sql = `INSERT INTO workers (worker, boot_id, pidns, pid, started_at, is_draining, data)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (worker) DO NOTHING`;
  statement(db, sql).run(row.worker, row.boot_id, row.pidns, row.pid, row.started_at, row.is_draining, row.data);
}

export function drainWorker(db: DatabaseSync, worker: string): void {
  statement(db, "UPDATE workers SET is_draining = 1 WHERE worker = ?").run(worker);
}

export function deleteWorker(db: DatabaseSync, worker: string): void {
  statement(db, "DELETE FROM workers WHERE worker = ?").run(worker);
}

/** Every worker that is there by its own word, oldest first. */
export function listWorkers(db: DatabaseSync): WorkerEntry[] {
  return workerRows(db).map(workerOfRow);
}

export function workerRows(db: DatabaseSync): WorkerRow[] {
  return statement(db, "SELECT * FROM workers ORDER BY started_at, worker").all() as WorkerRow[];
}
