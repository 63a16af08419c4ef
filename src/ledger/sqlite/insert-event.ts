// Appends one event row.

import type { DatabaseSync } from "node:sqlite";
import { type EventRow, eventColumns } from "../event-row.ts";
import { statement } from "./statement.ts";

const sql = `INSERT INTO events (${eventColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The row's constraints hold or it throws: one seq a run, one record number an attempt, one ending an attempt. */
export function insertEvent(db: DatabaseSync, row: EventRow): void {
  statement(db, sql).run(
    row.position,
    row.run_id,
    row.seq,
    row.attempt,
    row.v,
    row.type,
    row.at,
    row.recorded_at,
    row.actor,
    row.n,
    row.journal_end,
    row.journal_crc,
    row.link,
    row.data,
  );
}
