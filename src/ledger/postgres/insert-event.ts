// Appends event rows.

import { type EventRow, eventColumns } from "../event-row.ts";
import type { Connection } from "./connection.ts";

/** The rows' constraints hold or it throws: one seq a run, one record number an attempt, one ending an attempt. */
export async function insertEvents(connection: Connection, rows: readonly EventRow[]): Promise<void> {
  const sql = `INSERT INTO events (${eventColumns})
    SELECT ${eventColumns} FROM json_to_recordset($1::json) AS new(position bigint, run_id text, seq bigint,
      attempt integer, v integer, type text, at bigint, recorded_at bigint, actor text, n bigint, journal_end bigint,
      journal_crc text, link text, data text)`;
  await connection.run(sql, [JSON.stringify(rows)]);
}
