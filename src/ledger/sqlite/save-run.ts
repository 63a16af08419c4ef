// Brings the projection row of a run up to its fold: one UPDATE an append.

import type { DatabaseSync } from "node:sqlite";
import type { Run } from "../../core/run.ts";
import { changingColumns } from "../run-row.ts";
import { statement } from "./statement.ts";

const stateSql = "UPDATE runs SET seq = ?, link = ?, state = ? WHERE created = ?";
const wholeSql = `UPDATE runs SET status = ?, passed = ?, not_before = ?, ended_at = ?, lane = ?, overdue_at = ?, seq = ?,
  link = ?, state = ? WHERE created = ?`;

/** Returns the JSON text of the fold as stored. Indexed columns are written only if they differ from `before`'s. */
export function saveRun(db: DatabaseSync, before: Run, run: Run, place: { created: number; link: string }): string {
  const state = JSON.stringify(run);
  const { created, link } = place;
  if (before.status === run.status && before.passed === run.passed && before.notBefore === run.notBefore) {
    statement(db, stateSql).run(run.seq, link, state, created);
  } else {
    const { status, passed, not_before, ended_at, lane, overdue_at } = changingColumns(run);
    const columns = [status, passed, not_before, ended_at, lane, overdue_at];
    statement(db, wholeSql).run(...columns, run.seq, link, state, created);
  }
  return state;
}
