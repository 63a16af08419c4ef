// Which database this is, as far as the server can tell. A dump that was restored, a copied cluster and one that went on
// from an earlier point (another timeline) all differ from what was there before, and so cursors of before do not hold.

import { randomBytes, randomUUID } from "node:crypto";
import { RunledgerError } from "../../core/errors.ts";
import type { Connection } from "./connection.ts";
import { readMeta, writeMeta } from "./meta.ts";

/**
 * `<cluster>.<database>.<table>.<timeline>`: a restored table has another oid, a restored cluster another system
 * identifier, and one that was recovered to an earlier point or promoted another timeline.
 */
export async function databaseIdentity(connection: Connection): Promise<string> {
  const sql = `SELECT system_identifier || '.' ||
    (SELECT oid FROM pg_database WHERE datname = current_database()) || '.' ||
    'events'::regclass::oid || '.' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS identity
    FROM pg_control_system()`;
  return (await connection.row<{ identity: string }>(sql))?.identity ?? "";
}

export type Identity = { ledgerId: string; epoch: string };

/**
 * The ledger's id and epoch. Where the database is no longer the one that they were made for, a new epoch begins; a
 * copy gets a new id, too, while a cluster that goes on after a failover keeps it.
 * @throws RunledgerError `ledger.not-migrated` if the events come from another server whose transactions were further on
 */
export async function settleIdentity(connection: Connection, shown: string): Promise<Identity> {
  const identity = await databaseIdentity(connection);
  const meta = await readMeta(connection);
  const known = meta.get("identity") ?? "";
  if (known === identity) return { ledgerId: meta.get("ledgerId") ?? "", epoch: meta.get("epoch") ?? "" };
  if (await isFromTheFuture(connection)) {
    const detail = `${shown} was restored from another server, and its transactions have the numbers of that one`;
    throw new RunledgerError("ledger.not-migrated", detail);
  }
  await connection.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  // Whoever comes second finds what the first one wrote.
  const row = await connection.row<{ value: string }>("SELECT value FROM meta WHERE key = 'identity' FOR UPDATE");
  if (row?.value !== identity) {
    await writeMeta(connection, "identity", identity);
    await writeMeta(connection, "epoch", randomBytes(4).toString("hex"));
    if (withoutTimeline(row?.value ?? "") !== withoutTimeline(identity)) {
      await writeMeta(connection, "ledgerId", randomUUID());
    }
  }
  await connection.run("COMMIT");
  const settled = await readMeta(connection);
  return { ledgerId: settled.get("ledgerId") ?? "", epoch: settled.get("epoch") ?? "" };
}

/**
 * Whether events bear numbers of transactions that this server has yet to reach: nobody would read them, or append
 * after them, until then.
 */
export async function isFromTheFuture(connection: Connection): Promise<boolean> {
  const sql = "SELECT EXISTS (SELECT 1 FROM events WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())) AS found";
  return (await connection.row<{ found: boolean }>(sql))?.found === true;
}

/** Puts all that there is before every transaction of this server; among themselves events keep their order by position. */
export async function bringToThePast(connection: Connection): Promise<void> {
  for (const table of ["events", "runs", "slots"]) await connection.script(`UPDATE ${table} SET xid = '0'`);
}

function withoutTimeline(identity: string): string {
  return identity.slice(0, identity.lastIndexOf("."));
}
