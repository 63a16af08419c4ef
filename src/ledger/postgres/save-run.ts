// Brings the projection rows of runs up to their folds: one UPDATE a group.

import type { RunRow } from "../run-row.ts";
import type { Connection } from "./connection.ts";

/** Indexes are touched only where an indexed column differs from what it was; PostgreSQL looks for that itself. */
export async function saveRuns(connection: Connection, rows: readonly RunRow[]): Promise<void> {
  const sql = `UPDATE runs SET status = s.status, passed = s.passed, not_before = s.not_before, ended_at = s.ended_at,
      lane = s.lane, overdue_at = s.overdue_at, seq = s.seq, link = s.link, state = s.state, xid = pg_current_xact_id()
    FROM json_to_recordset($1::json) AS s(created bigint, status text, passed smallint, not_before bigint,
      ended_at bigint, lane text, overdue_at bigint, seq bigint, link text, state text)
    WHERE runs.created = s.created`;
  const changing = rows.map(({ state, ...row }) => ({
    ...{ created: row.created, status: row.status, passed: row.passed, not_before: row.not_before },
    ...{ ended_at: row.ended_at, lane: row.lane, overdue_at: row.overdue_at, seq: row.seq, link: row.link, state },
  }));
  await connection.run(sql, [JSON.stringify(changing)]);
}
