// Reads events in order: of one run by seq, of the whole ledger by position (one writer at a time makes positions grow
// in commit order).

import type { DatabaseSync } from "node:sqlite";
import { type EventRow, eventColumns } from "../event-row.ts";
import type { PickQuery } from "../ledger-access.ts";
import { pickRange } from "../pick-events.ts";
import { refuseDeleted } from "./folded-run.ts";
import { inSnapshot } from "./snapshot.ts";
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

export type PickedRows = { rows: EventRow[]; newest: number };

/** Events of a run within the seqs that a call looks at. @throws RunledgerError `run.deleted` */
export function pickEvents(db: DatabaseSync, query: PickQuery): PickedRows {
  const { runId, types, limit, direction } = query;
  const { first, last } = pickRange(query);
  const picked = types === null ? "" : "AND type IN (SELECT value FROM json_each(?))";
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id = ? AND seq BETWEEN ? AND ? ${picked}
    ORDER BY seq ${direction === "after" ? "ASC" : "DESC"} LIMIT ?`;
  const values = [runId, first, last, ...(types === null ? [] : [JSON.stringify(types)]), limit];
  return inSnapshot(db, () => {
    refuseDeleted(db, runId);
    const head = statement(db, "SELECT seq FROM runs WHERE run_id = ?").get(runId) as { seq: number } | undefined;
    return { rows: statement(db, sql).all(...values) as EventRow[], newest: head?.seq ?? 0 };
  });
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
