// Which database this is, as far as the server can tell. A dump that was restored, a copied cluster and one that went on
// from an earlier point (another timeline) all differ from what was there before, and so cursors of before do not hold.

import { randomBytes, randomUUID } from "node:crypto";
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
 */
export async function settleIdentity(connection: Connection): Promise<Identity> {
  const identity = await databaseIdentity(connection);
  const meta = await readMeta(connection);
  const known = meta.get("identity") ?? "";
  if (known === identity) return { ledgerId: meta.get("ledgerId") ?? "", epoch: meta.get("epoch") ?? "" };
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

function withoutTimeline(identity: string): string {
  return identity.slice(0, identity.lastIndexOf("."));
}
