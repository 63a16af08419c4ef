// Picks events of one run by type, within the seqs that a call looks at.

import { type EventRow, eventColumns } from "../event-row.ts";
import type { PickQuery } from "../ledger-access.ts";
import { pickRange } from "../pick-events.ts";
import type { Connection } from "./connection.ts";
import { isDeleted } from "./find-runs.ts";

export async function pickEvents(
  connection: Connection,
  query: PickQuery,
): Promise<{ rows: EventRow[]; newest: number; isGone: boolean }> {
  const { runId, types, limit, direction } = query;
  const { first, last } = pickRange(query);
  const order = direction === "after" ? "ASC" : "DESC";
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id = $1 AND seq BETWEEN $2 AND $3
    AND ($4::text[] IS NULL OR type = ANY($4::text[])) ORDER BY seq ${order} LIMIT $5`;
  // The newest is read first: what comes between is read by the next call.
  const [head, rows, isGone] = await Promise.all([
    connection.row<{ seq: number }>("SELECT seq FROM runs WHERE run_id = $1", [runId]),
    connection.rows<EventRow>(sql, [runId, first, last, types, limit]),
    isDeleted(connection, runId),
  ]);
  return { rows, newest: head?.seq ?? 0, isGone };
}
