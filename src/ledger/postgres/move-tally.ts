// Keeps what the runs of each experiment add up to, the way counts are kept: rows that are summed up.

import type { Connection } from "./connection.ts";
import type { Statement } from "./one-statement.ts";
import type { ExperimentTallyRow } from "./pending-rows.ts";
import { summedRows } from "./summed-rows.ts";

const key = "experiment_id, agent, condition, status, verdict, standing, why";
const sums = "sum(runs), sum(score), sum(tokens), sum(priced), sum(cost)";
const columns = `${key}, runs, score, tokens, priced, cost`;
/** A key that has no runs left and adds up to nothing needs no row; one that is wrong stays to be seen. */
const isSomething = "sum(runs) <> 0 OR sum(score) <> 0 OR sum(tokens) <> 0 OR sum(priced) <> 0 OR sum(cost) <> 0";

/** Puts down what a group added and took away, one row a key; null if that is nothing. */
export function insertTallies(rows: readonly ExperimentTallyRow[]): Statement | null {
  const text = `INSERT INTO tallies (${columns})
    SELECT ${columns} FROM json_to_recordset($1::json) AS new(experiment_id text, agent text, condition text,
      status text, verdict text, standing text, why text, runs bigint, score bigint, tokens bigint, priced bigint,
      cost bigint)`;
  const added = summedRows(rows, {
    key: ["experiment_id", "agent", "condition", "status", "verdict", "standing", "why"],
    sums: ["runs", "score", "tokens", "priced", "cost"],
  });
  return added.length === 0 ? null : { text, values: [JSON.stringify(added)] };
}

/** Rows that one fold takes at most. */
const foldRowsMax = 10_000;

/** Replaces the rows of each key of these experiments by one. Rows that another fold holds are left to it. */
export async function foldTallies(connection: Connection, experimentIds: string[]): Promise<void> {
  const sql = `WITH gone AS (
      DELETE FROM tallies WHERE ctid = ANY (ARRAY(SELECT ctid FROM tallies WHERE experiment_id = ANY($1::text[])
        LIMIT ${foldRowsMax} FOR UPDATE SKIP LOCKED))
      RETURNING ${columns})
    INSERT INTO tallies (${columns}) SELECT ${key}, ${sums} FROM gone GROUP BY ${key} HAVING ${isSomething}`;
  await connection.run(sql, [experimentIds]);
}
