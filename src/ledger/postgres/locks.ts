// Locks of processes: a row that says who, and a session's advisory lock on its key that says whether they live.

import { systemLimits } from "../../core/system-limits.ts";
import type { Connection } from "./connection.ts";

const nowMs = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
/** When the server began: every session from before is gone, whether its process lives or not. */
const serverStartedMs = "floor(extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint";

/** Makes the row of a lock, if there is none; its holder is on its way. @returns the key of its advisory lock */
export async function insertLock(connection: Connection, id: string): Promise<number> {
  await renewLock(connection, id);
  const row = await connection.row<{ key: number }>("SELECT key FROM locks WHERE id = $1", [id]);
  if (row === null) throw new Error(`the lock ${id} was forgotten while it was taken`);
  return row.key;
}

/** Takes the advisory lock, and only then says that it is held on this server, so that nobody ever finds it free. */
export async function tryLock(connection: Connection, key: number): Promise<boolean> {
  const row = await connection.row<{ taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [key]);
  if (row?.taken !== true) return false;
  await connection.run(`UPDATE locks SET server_started = ${serverStartedMs} WHERE key = $1`, [key]);
  return true;
}

export async function unlock(connection: Connection, key: number): Promise<void> {
  await connection.run("SELECT pg_advisory_unlock($1)", [key]);
}

/** Says that the holder lives, by the clock of the database. */
export async function renewLock(connection: Connection, id: string): Promise<void> {
  const sql = `INSERT INTO locks (id, server_started, renewed_at) VALUES ($1, 0, ${nowMs})
    ON CONFLICT (id) DO UPDATE SET renewed_at = excluded.renewed_at`;
  await connection.run(sql, [id]);
}

/** The time by which leases are told. */
export async function leaseClockMs(connection: Connection): Promise<number> {
  return (await connection.row<{ now_ms: number }>(`SELECT ${nowMs} AS now_ms`))?.now_ms ?? 0;
}

/**
 * Of those who supervise attempts under way, or are listed, the ones who have not said for so long that they live. A time
 * to come is one of before the clock was set back.
 */
export async function silentHolders(connection: Connection, silentMs: number): Promise<string[]> {
  const sql = `SELECT worker FROM (SELECT worker FROM attempts WHERE outcome IS NULL UNION SELECT worker FROM workers) AS known
    LEFT JOIN locks ON locks.id = worker WHERE renewed_at IS NULL OR abs(${nowMs} - renewed_at) > $1 ORDER BY worker`;
  return (await connection.rows<{ worker: string }>(sql, [silentMs])).map(({ worker }) => worker);
}

/**
 * Whose attempts of these runs under way are, and whether they have said within the time that they live. Nobody can say so
 * from here until the transaction ends: a worker that was away is either heard of before, or finds its claim lost after.
 */
export async function lockHolders(
  connection: Connection,
  runIds: readonly string[],
  silentMs: number,
): Promise<{ worker: string; is_heard: boolean }[]> {
  const sql = `SELECT worker, abs(${nowMs} - renewed_at) <= $2 AS is_heard FROM attempts JOIN locks ON locks.id = worker
    WHERE run_id = ANY($1::text[]) AND outcome IS NULL FOR SHARE OF locks`;
  return connection.rows(sql, [runIds, silentMs]);
}

/**
 * Removes the row, unless an attempt without an ending names the holder: until that has one, its time tells other hosts
 * when the holder was last heard of, and so when its runners have ended themselves.
 */
export async function forgetLock(connection: Connection, id: string): Promise<void> {
  const sql = `DELETE FROM locks WHERE id = $1
    AND NOT EXISTS (SELECT 1 FROM attempts WHERE worker = $1 AND outcome IS NULL)`;
  await connection.run(sql, [id]);
}

/**
 * Looks whether the holder lives, without ever taking the lock. A session that ended while the server lived was its
 * process's end. After the server itself began anew no session is left, and a living holder is on its way back: it is
 * waited for.
 */
export async function isLockFree(connection: Connection, id: string): Promise<boolean> {
  const sql = `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid::bigint = locks.key >> 32 AND objid::bigint = locks.key & 4294967295) AS is_held,
      server_started = ${serverStartedMs} AS is_of_this_server,
      ${nowMs} - greatest(renewed_at, ${serverStartedMs}) AS away_ms
    FROM locks WHERE id = $1`;
  const row = await connection.row<{ is_held: boolean; is_of_this_server: boolean; away_ms: number }>(sql, [id]);
  if (row === null) return true;
  return !row.is_held && (row.is_of_this_server || row.away_ms > systemLimits.leaseMs);
}
