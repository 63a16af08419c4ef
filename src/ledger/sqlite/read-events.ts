// Reads events in order: of one run by seq, of the whole ledger by position (one writer at a time makes positions grow
// in commit order).

import type { DatabaseSync } from "node:sqlite";
import { type EventRow, eventColumns } from "../event-row.ts";
import { refuseDeleted } from "./folded-run.ts";
import { statement } from "./statement.ts";

/** Events of a run after `afterSeq`. @throws RunledgerError `run.deleted` */
export function readEvents(
  db: DatabaseSync,
  { runId, afterSeq, limit }: { runId: string; afterSeq: number; limit: number },
): EventRow[] {
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?`;
  const rows = statement(db, sql).all(runId, afterSeq, limit) as EventRow[];
  if (rows.length === 0 || rows[0]?.type === "run.deleted") refuseDeleted(db, runId);
  return rows;
}

/** Events of the ledger after a position. */
export function readAll(db: DatabaseSync, { after, limit }: { after: number; limit: number }): EventRow[] {
  const sql = `SELECT ${eventColumns} FROM events WHERE position > ? ORDER BY position LIMIT ?`;
  return statement(db, sql).all(after, limit) as EventRow[];
}

/** Position of the newest event, 0 if there is none. */
export function headPosition(db: DatabaseSync): number {
  const row = statement(db, "SELECT max(position) AS position FROM events").get() as { position: number | null };
  return row.position ?? 0;
}
