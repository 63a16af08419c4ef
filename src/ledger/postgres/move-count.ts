// Keeps the counts of runs by status and verdict: what is added and taken away is put down as rows of its own, so that
// no writer waits for another; a fold now and then replaces the rows of a key by their sum.

import type { Connection } from "./connection.ts";
import type { Statement } from "./one-statement.ts";
import type { CountRow } from "./pending-rows.ts";
import { summedRows } from "./summed-rows.ts";

/** Puts down what a group added and took away, one row a key; null if that is nothing. */
export function insertCounts(rows: readonly CountRow[]): Statement | null {
  const text = `INSERT INTO counts (scope, status, verdict, runs)
    SELECT scope, status, verdict, runs FROM json_to_recordset($1::json)
      AS new(scope text, status text, verdict text, runs bigint)`;
  const sums = summedRows(rows, { key: ["scope", "status", "verdict"], sums: ["runs"] });
  return sums.length === 0 ? null : { text, values: [JSON.stringify(sums)] };
}

/** Rows that one fold takes at most. */
const foldRowsMax = 10_000;

/** Replaces the rows of each key of these scopes by one. Rows that another fold holds are left to it. */
export async function foldCounts(connection: Connection, scopes: string[]): Promise<void> {
  const sql = `WITH gone AS (
      DELETE FROM counts WHERE ctid = ANY (ARRAY(SELECT ctid FROM counts WHERE scope = ANY($1::text[])
        LIMIT ${foldRowsMax} FOR UPDATE SKIP LOCKED))
      RETURNING scope, status, verdict, runs)
    INSERT INTO counts (scope, status, verdict, runs)
    SELECT scope, status, verdict, sum(runs) FROM gone GROUP BY scope, status, verdict HAVING sum(runs) <> 0`;
  await connection.run(sql, [scopes]);
}
