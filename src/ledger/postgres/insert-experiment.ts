// Makes the rows under which experiments are found; a plan is the data of the event at `created`.

import type { Connection } from "./connection.ts";
import type { ExperimentRow } from "./pending-rows.ts";

export async function insertExperiments(connection: Connection, rows: readonly ExperimentRow[]): Promise<void> {
  const sql = `INSERT INTO experiments (created, experiment_id, id_reversed)
    SELECT created, experiment_id, id_reversed FROM json_to_recordset($1::json)
      AS new(created bigint, experiment_id text, id_reversed text)`;
  await connection.run(sql, [JSON.stringify(rows)]);
}
