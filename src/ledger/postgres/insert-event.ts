// Appends event rows.

import type { EventRow } from "../event-row.ts";
import { columnsOf } from "./column-arrays.ts";
import type { Statement } from "./one-statement.ts";

const columns = columnsOf<EventRow>({
  ...{ position: "bigint", run_id: "text", seq: "bigint", attempt: "bigint", v: "bigint", type: "text", at: "bigint" },
  ...{ recorded_at: "bigint", actor: "text", n: "bigint", journal_end: "bigint", journal_crc: "text", link: "text" },
  data: "text",
});

/** The rows' constraints hold or it throws: one seq a run, one record number an attempt, one ending an attempt. */
export function insertEvents(rows: readonly EventRow[]): Statement {
  const text = `INSERT INTO events (${columns.names}) SELECT ${columns.names} FROM ${columns.from}`;
  return { text, values: columns.values(rows) };
}
