// Finds runs as people name them: by id, by their last digits, or by age.

import { reversedTail } from "../run-row.ts";
import type { Connection } from "./connection.ts";

/** JSON text of the fold, or null. */
export async function runState(connection: Connection, runId: string): Promise<string | null> {
  const row = await connection.row<{ state: string }>("SELECT state FROM runs WHERE run_id = $1", [runId]);
  return row?.state ?? null;
}

export async function isDeleted(connection: Connection, runId: string): Promise<boolean> {
  return (await connection.row("SELECT 1 AS found FROM tombstones WHERE run_id = $1", [runId])) !== null;
}

/** Ids that end with these hex digits, newest first. */
export async function findRuns(
  connection: Connection,
  { tail, limit }: { tail: string; limit: number },
): Promise<string[]> {
  const from = reversedTail(tail);
  // "g" is the character after the last hex digit.
  const sql = `SELECT run_id FROM run_keys JOIN runs USING (created)
    WHERE run_keys.id_reversed >= $1 AND run_keys.id_reversed < $2 ORDER BY created DESC LIMIT $3`;
  const rows = await connection.rows<{ run_id: string }>(sql, [from, `${from}g`, limit]);
  return rows.map(({ run_id }) => run_id);
}

/** The id of the run `back` places before the newest, or null. */
export async function newestRun(connection: Connection, back: number): Promise<string | null> {
  const sql = "SELECT run_id FROM runs ORDER BY created DESC LIMIT 1 OFFSET $1";
  return (await connection.row<{ run_id: string }>(sql, [back]))?.run_id ?? null;
}

/** The hash link beside the run's event `seq`; null if no append ended there. */
export async function linkAt(
  connection: Connection,
  { runId, seq }: { runId: string; seq: number },
): Promise<string | null> {
  const sql = "SELECT link FROM events WHERE run_id = $1 AND seq = $2";
  return (await connection.row<{ link: string | null }>(sql, [runId, seq]))?.link ?? null;
}
