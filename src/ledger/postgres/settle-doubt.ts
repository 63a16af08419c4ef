// Finds out whether a transaction was committed whose COMMIT was never answered.

import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "./connection.ts";
import type { InDoubt } from "./group-commit.ts";
import { codeOf } from "./postgres-errors.ts";

const lookMs = 50;

/** Waits until the transaction has ended, and says whether it was committed and what it wrote is there. */
export async function wasCommitted(connection: Connection, { xid, witness }: InDoubt): Promise<boolean> {
  for (;;) {
    const status = await statusOf(connection, xid);
    if (status === "in progress") {
      await sleep(lookMs);
      continue;
    }
    if (status !== "committed") return false;
    // After a failover the id may be another's: what was written has to be there.
    return witness === null || (await hasEvent(connection, xid, witness.position));
  }
}

async function statusOf(connection: Connection, xid: string): Promise<string | null> {
  try {
    const sql = "SELECT pg_xact_status($1::text::xid8) AS status";
    return (await connection.row<{ status: string | null }>(sql, [xid]))?.status ?? null;
  } catch (error) {
    // The id lies ahead of a server that went on from an earlier point.
    if (codeOf(error) === "22023") return "aborted";
    throw error;
  }
}

async function hasEvent(connection: Connection, xid: string, position: number): Promise<boolean> {
  const sql = "SELECT 1 AS found FROM events WHERE xid = $1::text::xid8 AND position = $2";
  return (await connection.row(sql, [xid, position])) !== null;
}
