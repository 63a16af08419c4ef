// The rows of workers that take runs from the queue.

import type { WorkerEntry } from "../../core/queue-view.ts";
import { type WorkerRow, workerOfRow } from "../worker-row.ts";
import type { Connection } from "./connection.ts";
import type { WorkerChange } from "./pending-rows.ts";

export async function changeWorker(connection: Connection, change: WorkerChange): Promise<void> {
  switch (change.type) {
    case "insert":
      return insertWorker(connection, change.row);
    case "drain":
      await connection.run("UPDATE workers SET is_draining = 1 WHERE worker = $1", [change.worker]);
      return;
    case "delete":
      await connection.run("DELETE FROM workers WHERE worker = $1", [change.worker]);
  }
}

async function insertWorker(connection: Connection, row: WorkerRow): Promise<void> {
  const sql = `INSERT INTO workers (worker, boot_id, pidns, pid, started_at, is_draining, data)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (worker) DO NOTHING`;
  const { worker, boot_id, pidns, pid, started_at, is_draining, data } = row;
  await connection.run(sql, [worker, boot_id, pidns, pid, started_at, is_draining, data]);
}

/** Every worker that is there by its own word, oldest first. */
export async function listWorkers(connection: Connection): Promise<WorkerEntry[]> {
  return (await workerRows(connection)).map(workerOfRow);
}

export function workerRows(connection: Connection): Promise<WorkerRow[]> {
  const sql = `SELECT worker, boot_id, pidns, pid, started_at, is_draining, data FROM workers
    ORDER BY started_at, worker`;
  return connection.rows(sql);
}
