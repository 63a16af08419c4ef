// Makes the projection rows of new runs, and their labels.

import type { RunRow } from "../run-row.ts";
import { columnsOf } from "./column-arrays.ts";
import type { Statement } from "./one-statement.ts";
import type { LabelRow } from "./pending-rows.ts";

export type RunKeyRow = Pick<
  RunRow,
  "created" | "id_reversed" | "queued_at" | "kind" | "subject_id" | "agent_name" | "experiment_id"
>;

const keys = columnsOf<RunKeyRow>({
  ...{ created: "bigint", id_reversed: "text", queued_at: "bigint", kind: "text", subject_id: "text" },
  ...{ agent_name: "text", experiment_id: "text" },
});
const columns = columnsOf<RunRow>({
  ...{ created: "bigint", run_id: "text", id_reversed: "text", queued_at: "bigint", kind: "text", subject_id: "text" },
  ...{ agent_name: "text", experiment_id: "text", priority: "bigint", status: "text", passed: "bigint" },
  ...{ not_before: "bigint", ended_at: "bigint", seq: "bigint", link: "text", state: "text", lane: "text" },
  overdue_at: "bigint",
});
const labelColumns = columnsOf<LabelRow>({ key: "text", value: "text", created: "bigint" });

export const keyColumns = keys.names;

/** In the order of their ids, so that two who make the same runs do not wait for each other in a circle. */
export function insertRuns(rows: readonly RunRow[]): Statement {
  const text = `INSERT INTO runs (${columns.names})
    SELECT ${columns.names} FROM ${columns.from} ORDER BY run_id COLLATE "C"`;
  return { text, values: columns.values(rows) };
}

/** What lists pick by, in rows of their own: those of `runs` change with each event, and so would their indexes. */
export function insertRunKeys(rows: readonly RunRow[]): Statement {
  const text = `INSERT INTO run_keys (${keys.names}) SELECT ${keys.names} FROM ${keys.from}`;
  return { text, values: keys.values(rows) };
}

/** The columns of a run by which it is found, and which no event changes. */
export function keysOf(row: RunKeyRow): RunKeyRow {
  const { created, id_reversed, queued_at, kind, subject_id, agent_name, experiment_id } = row;
  return { created, id_reversed, queued_at, kind, subject_id, agent_name, experiment_id };
}

export function insertLabels(labels: readonly LabelRow[]): Statement {
  const { names, from } = labelColumns;
  const text = `INSERT INTO run_labels (${names}) SELECT ${names} FROM ${from}`;
  return { text, values: labelColumns.values(labels) };
}
