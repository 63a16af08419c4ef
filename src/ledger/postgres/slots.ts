// The slots of limits over all workers: a run holds one of each of its limits from its claim to the end of its attempt.

import { limitKeysOf } from "../../core/limit-keys.ts";
import type { LimitUse } from "../../core/queue-view.ts";
import type { Run } from "../../core/run.ts";
import type { Connection } from "./connection.ts";
import type { LimitChange, SlotRow } from "./pending-rows.ts";

/** All limits with what is used of them. */
export async function listLimits(connection: Connection): Promise<LimitUse[]> {
  const sql = `SELECT key, max,
    (SELECT count(*) FROM slots WHERE slots.key = limits.key AND run_id IS NOT NULL) AS used FROM limits ORDER BY key`;
  return connection.rows(sql);
}

/** Takes slots that this transaction has locked. */
export async function takeSlots(connection: Connection, rows: readonly SlotRow[]): Promise<void> {
  const sql = `UPDATE slots SET run_id = s.run_id, xid = pg_current_xact_id()
    FROM json_to_recordset($1::json) AS s(key text, i integer, run_id text)
    WHERE slots.key = s.key AND slots.i = s.i`;
  await connection.run(sql, [JSON.stringify(rows)]);
}

/** Makes slots above their limits, for runs that are under way already wherever they come from. */
export async function takeBeyond(
  connection: Connection,
  rows: readonly { key: string; run_id: string }[],
): Promise<void> {
  const sql = `INSERT INTO slots (key, i, run_id)
    SELECT key, (SELECT greatest(limits.max, coalesce(max(i) + 1, 0)) FROM slots WHERE slots.key = limits.key)
      + row_number() OVER (PARTITION BY key) - 1, run_id
    FROM json_to_recordset($1::json) AS new(key text, run_id text) JOIN limits USING (key)`;
  await connection.run(sql, [JSON.stringify(rows)]);
}

/** Frees what runs hold; a slot above its limit goes with its run. */
export async function freeSlots(connection: Connection, runs: readonly { run_id: string }[]): Promise<void> {
  const runIds = runs.map(({ run_id }) => run_id);
  const beyondSql = `DELETE FROM slots USING limits
    WHERE run_id = ANY($1::text[]) AND limits.key = slots.key AND slots.i >= limits.max`;
  const sql = "UPDATE slots SET run_id = NULL, xid = pg_current_xact_id() WHERE run_id = ANY($1::text[])";
  await Promise.all([connection.run(beyondSql, [runIds]), connection.run(sql, [runIds])]);
}

/**
 * Sets a limit (null lifts it), by a transaction that alone may write. Runs under way hold slots of it from now on;
 * where they are more than it allows, the ones beyond hold slots above it, and none begins until use is below.
 */
export async function setLimit(connection: Connection, { key, max }: LimitChange): Promise<void> {
  await connection.run("DELETE FROM slots WHERE key = $1", [key]);
  if (max === null) {
    await connection.run("DELETE FROM limits WHERE key = $1", [key]);
    return;
  }
  const sql = "INSERT INTO limits (key, max) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET max = excluded.max";
  await connection.run(sql, [key, max]);
  const holders = (await liveRuns(connection)).filter((run) => limitKeysOf(run).includes(key));
  await insertSlots(connection, { key, runIds: holders.map(({ id }) => id), max });
}

/** Runs with an attempt under way, oldest first. */
export async function liveRuns(connection: Connection): Promise<Run[]> {
  const sql = `SELECT runs.state FROM attempts AS a JOIN runs ON runs.run_id = a.run_id
    WHERE a.outcome IS NULL ORDER BY runs.created`;
  return (await connection.rows<{ state: string }>(sql)).map(({ state }) => JSON.parse(state) as Run);
}

async function insertSlots(
  connection: Connection,
  { key, runIds, max }: { key: string; runIds: string[]; max: number },
): Promise<void> {
  const sql = `INSERT INTO slots (key, i, run_id)
    SELECT $1, i, ($2::text[])[i + 1] FROM generate_series(0, greatest($3::integer, cardinality($2::text[])) - 1) AS i`;
  await connection.run(sql, [key, runIds, max]);
}
