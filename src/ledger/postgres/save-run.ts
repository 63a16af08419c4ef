// Brings the projection rows of runs up to their folds: one UPDATE a group.

import type { SavedRunRow } from "../run-row.ts";
import { columnsOf } from "./column-arrays.ts";
import type { Statement } from "./one-statement.ts";

const columns = columnsOf<SavedRunRow>({
  ...{ created: "bigint", status: "text", passed: "bigint", not_before: "bigint", ended_at: "bigint", lane: "text" },
  ...{ overdue_at: "bigint", seq: "bigint", link: "text", state: "text" },
});

/** Where no indexed column differs from what it was, and the page has room, PostgreSQL leaves the indexes alone. */
export function saveRuns(rows: readonly SavedRunRow[]): Statement {
  const text = `UPDATE runs SET status = new.status, passed = new.passed, not_before = new.not_before,
      ended_at = new.ended_at, lane = new.lane, overdue_at = new.overdue_at, seq = new.seq, link = new.link,
      state = new.state, xid = pg_current_xact_id()
    FROM ${columns.from} WHERE runs.created = new.created`;
  return { text, values: columns.values(rows) };
}
