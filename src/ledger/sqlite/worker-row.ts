// The rows of workers that take runs from the queue: a fold of what each said of itself, and of its end.

import type { DatabaseSync } from "node:sqlite";
import type { EventData } from "../../core/events.ts";
import type { Abilities, WorkerEntry } from "../../core/queue-view.ts";
import { statement } from "./statement.ts";

export type WorkerRow = {
  worker: string;
  boot_id: string;
  pidns: string;
  pid: number;
  /** Unix milliseconds. */
  started_at: number;
  is_draining: number;
  /** JSON of the rest. */
  data: string;
};

type OfQueue = { slots: number; can: Abilities; build: string };

/** The row of a worker that began at this time, or null if it takes nothing from the queue. */
export function workerRow(data: EventData<"worker.started">, startedAtMs: number): WorkerRow | null {
  const { worker, place, pid, slots, can, build } = data;
  if (slots === undefined || can === undefined) return null;
  const ofQueue: OfQueue = { slots, can, build: build ?? "" };
  return {
    worker,
    boot_id: place.bootId,
    pidns: place.pidns,
    pid,
    started_at: startedAtMs,
    is_draining: 0,
    data: JSON.stringify(ofQueue),
  };
}

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
  return workerRows(db).map((row) => ({
    worker: row.worker,
    place: { bootId: row.boot_id, pidns: row.pidns },
    pid: row.pid,
    startedAt: new Date(row.started_at).toISOString(),
    ...(JSON.parse(row.data) as OfQueue),
    isDraining: row.is_draining === 1,
  }));
}

export function workerRows(db: DatabaseSync): WorkerRow[] {
  return statement(db, "SELECT * FROM workers ORDER BY started_at, worker").all() as WorkerRow[];
}
