// Makes the projection rows of new runs, and their labels.

import type { RunRow } from "../run-row.ts";
import type { Connection } from "./connection.ts";
import type { LabelRow } from "./pending-rows.ts";

const columns = `created, run_id, id_reversed, queued_at, kind, subject_id, agent_name, experiment_id, priority, status,
  passed, not_before, ended_at, seq, link, state, lane, overdue_at`;

/** In the order of their ids, so that two who make the same runs do not wait for each other in a circle. */
export async function insertRuns(connection: Connection, rows: readonly RunRow[]): Promise<void> {
  const sql = `INSERT INTO runs (${columns})
    SELECT ${columns} FROM json_to_recordset($1::json) AS new(created bigint, run_id text, id_reversed text,
      queued_at bigint, kind text, subject_id text, agent_name text, experiment_id text, priority smallint, status text,
      passed smallint, not_before bigint, ended_at bigint, seq bigint, link text, state text, lane text,
      overdue_at bigint)
    ORDER BY run_id COLLATE "C"`;
  await connection.run(sql, [JSON.stringify(rows)]);
}

export async function insertLabels(connection: Connection, labels: readonly LabelRow[]): Promise<void> {
  const sql = `INSERT INTO run_labels (key, value, created)
    SELECT key, value, created FROM json_to_recordset($1::json) AS new(key text, value text, created bigint)`;
  await connection.run(sql, [JSON.stringify(labels)]);
}
