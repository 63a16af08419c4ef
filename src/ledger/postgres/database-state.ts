// What an operator has to know of the server: how safe an answer is, and what holds back the stream of all events.

import type { DatabaseState, FeedHolder } from "../database-state.ts";
import type { Connection } from "./connection.ts";

const nowMs = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

export async function databaseState(connection: Connection, hasOwnSession: boolean): Promise<DatabaseState> {
  const [server, bytes, feedLagMs, feedHolder] = await Promise.all([
    readSettings(connection),
    readBytes(connection),
    readLag(connection),
    readHolder(connection),
  ]);
  const session = hasOwnSession ? "session apart" : "no session";
  return { ...server, pooling: connection.isPooled ? session : "none", feedLagMs, feedHolder, bytes };
}

async function readSettings(
  connection: Connection,
): Promise<Pick<DatabaseState, "server" | "durability" | "isDurable">> {
  const sql = `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
    current_setting('synchronous_commit') AS commits, current_setting('synchronous_standby_names') AS standbys`;
  const row = await connection.row<{ version: string; fsync: string; commits: string; standbys: string }>(sql);
  if (row === null) throw new Error("a query for one row gave none");
  const settings = [
    `synchronous_commit=${row.commits}`,
    ...(row.fsync === "on" ? [] : [`fsync=${row.fsync}`]),
    row.standbys === "" ? "no standby is waited for" : `synchronous_standby_names=${row.standbys}`,
  ];
  return {
    server: `PostgreSQL ${row.version.split(" ")[0]}`,
    durability: settings.join(", "),
    isDurable: row.commits !== "off" && row.fsync === "on",
  };
}

/** Of the tables where the ledger's own lie, with their indexes; other schemas of the database are somebody else's. */
async function readBytes(connection: Connection): Promise<number> {
  const sql = `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint AS bytes FROM pg_class AS c
    WHERE c.relkind = 'r' AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'events'::regclass)`;
  const row = await connection.row<{ bytes: number }>(sql);
  return row?.bytes ?? 0;
}

async function readLag(connection: Connection): Promise<number> {
  const sql = `SELECT ${nowMs} - recorded_at AS lag_ms FROM events WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, position LIMIT 1`;
  const row = await connection.row<{ lag_ms: number }>(sql);
  return Math.max(0, row?.lag_ms ?? 0);
}

/** Every role sees who holds which transaction number; since when, only the same role and monitors do. */
async function readHolder(connection: Connection): Promise<FeedHolder | null> {
  const sql = `SELECT held.pid, a.usename::text AS "user", a.datname::text AS database, a.application_name AS application,
      floor(extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::bigint AS "ageMs"
    FROM pg_locks AS held LEFT JOIN pg_stat_activity AS a ON a.pid = held.pid
    WHERE held.locktype = 'transactionid' AND held.granted AND held.mode = 'ExclusiveLock'
      AND held.transactionid = pg_snapshot_xmin(pg_current_snapshot())::xid`;
  return connection.row<FeedHolder>(sql);
}
