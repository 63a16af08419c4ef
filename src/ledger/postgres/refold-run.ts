// Reads a run's events from the first to the last and folds them anew.

import { type EventRow, eventColumns } from "../event-row.ts";
import { Refold, type Refolded } from "../refold-run.ts";
import type { Connection } from "./connection.ts";

/** Events that one statement reads: a run may have more than would be good to hold at once. */
const pageRows = 1_000;

export async function refoldRun(connection: Connection, runId: string): Promise<Refolded> {
  const fold = new Refold(runId);
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const sql = `SELECT ${eventColumns} FROM events WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT ${pageRows}`;
    const rows = await connection.rows<EventRow>(sql, [runId, after]);
    for (const row of rows) fold.add(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return fold.end();
    after = last.seq;
  }
}
