// Locks free slots of limits for the runs that a group may begin. Others who look meanwhile pass over the locked ones;
// those that are not taken are let go with the transaction.

import type { Connection } from "./connection.ts";
import type { LimitSlots } from "./facts.ts";
import { LaterWriter } from "./read-facts.ts";

/**
 * Fills in the free slots of these keys, at most `most` each, in the order of the keys.
 * Where runs are under way beyond a limit (it was lowered), their slots are waited for first: only so many of the free
 * ones may be taken as leave the use below the limit, and of two who count only one may count at a time.
 * @throws LaterWriter if a later transaction than this one has freed a slot
 */
export async function lockFreeSlots(
  connection: Connection,
  limits: Map<string, LimitSlots>,
  wanted: { keys: Iterable<string>; most: number; xid: string },
): Promise<void> {
  for (const key of [...new Set(wanted.keys)].sort()) {
    const limit = limits.get(key);
    if (limit === undefined || limit.free.length > 0) continue;
    const beyond = await lockBeyond(connection, key, limit.max);
    const most = beyond === 0 ? wanted.most : Math.min(wanted.most, (await countFree(connection, key)) - beyond);
    if (most > 0) limit.free = await lockFree(connection, { key, most, xid: wanted.xid });
  }
}

async function lockBeyond(connection: Connection, key: string, max: number): Promise<number> {
  const sql = "SELECT i FROM slots WHERE key = $1 AND i >= $2 ORDER BY i FOR UPDATE";
  return (await connection.rows(sql, [key, max])).length;
}

async function countFree(connection: Connection, key: string): Promise<number> {
  const sql = "SELECT count(*) AS free FROM slots WHERE key = $1 AND run_id IS NULL";
  return (await connection.row<{ free: number }>(sql, [key]))?.free ?? 0;
}

async function lockFree(
  connection: Connection,
  { key, most, xid }: { key: string; most: number; xid: string },
): Promise<number[]> {
  const sql = `SELECT i, xid::text AS xid FROM slots WHERE key = $1 AND run_id IS NULL ORDER BY i LIMIT $2 FOR UPDATE SKIP LOCKED`;
  const rows = await connection.rows<{ i: number; xid: string }>(sql, [key, most]);
  if (rows.some((row) => BigInt(row.xid) >= BigInt(xid))) throw new LaterWriter();
  return rows.map(({ i }) => i);
}
