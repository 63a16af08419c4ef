// Brings a PostgreSQL database to the schema of this build. Only `runledger migrate` does it: whoever runs runs needs no
// right to change tables. Migrations are numbered, go forward only, and run in one transaction under a lock.

import { randomBytes, randomUUID } from "node:crypto";
import { RunledgerError } from "../../core/errors.ts";
import { Connection } from "./connection.ts";
import { bringToThePast, databaseIdentity, isFromTheFuture } from "./database-identity.ts";
import { endlessStatements } from "./endless-statements.ts";
import { readMeta, writeMeta } from "./meta.ts";
import { initial } from "./migrations/001-initial.ts";
import { queue } from "./migrations/002-queue.ts";
import { access } from "./migrations/003-access.ts";
import { runKeys } from "./migrations/004-run-keys.ts";
import { ledgerError } from "./postgres-errors.ts";
import { readPostgresUrl } from "./postgres-url.ts";
import { lockLedger } from "./read-facts.ts";

export type Migration = { number: number; name: string; compatibleFrom: number; sql: string };

export const migrations: readonly Migration[] = [initial, queue, access, runKeys];

/** The advisory lock of whoever migrates; those of processes have keys above 0. */
const lockSql = "SELECT pg_advisory_xact_lock(-2)";

export type Migrated = {
  from: number;
  to: number;
  done: string[];
  /** Whether the database had been restored from another server, and can be worked with only now. */
  isSettled: boolean;
};

/**
 * Runs what is missing, all or nothing; a database that is as it should be is left alone.
 * @throws RunledgerError `ledger.bad-url`, `ledger.unreachable`, `ledger.newer-schema`, `ledger.foreign-file`
 */
export async function migratePostgres(of: {
  url: string;
  env?: NodeJS.ProcessEnv;
  known?: readonly Migration[];
}): Promise<Migrated> {
  const { url, env = process.env, known = migrations } = of;
  const place = readPostgresUrl(url, env);
  try {
    const connection = await Connection.open(place, { isPatient: true });
    try {
      return await migrateOn(connection, place.shown, known);
    } finally {
      await connection.close();
    }
  } catch (error) {
    throw ledgerError(error, place.shown);
  }
}

async function migrateOn(connection: Connection, shown: string, known: readonly Migration[]): Promise<Migrated> {
  await connection.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  try {
    await connection.script(endlessStatements("LOCAL"));
    await connection.rows(lockSql);
    const from = await schemaNumber(connection, shown, known);
    const missing = known.filter(({ number }) => number > from);
    if (from === 0) await refuseForeign(connection, shown);
    for (const migration of missing) {
      await connection.script(migration.sql);
      await writeMeta(connection, "schema", String(migration.number));
      await writeMeta(connection, "compatibleFrom", String(migration.compatibleFrom));
    }
    if (from === 0) await makeIdentity(connection);
    const isSettled = await settleTransactions(connection);
    await connection.run("COMMIT");
    const to = Math.max(from, missing.at(-1)?.number ?? 0);
    return { from, to, done: missing.map(({ name }) => name), isSettled };
  } catch (error) {
    if (!connection.isLost) await connection.run("ROLLBACK");
    throw error;
  }
}

async function settleTransactions(connection: Connection): Promise<boolean> {
  if (!(await isFromTheFuture(connection))) return false;
  await lockLedger(connection, "alone");
  await bringToThePast(connection);
  return true;
}

/** The schema number of a database, 0 if it has none yet. @throws RunledgerError `ledger.newer-schema` */
export async function schemaNumber(
  connection: Connection,
  shown: string,
  known: readonly Migration[] = migrations,
): Promise<number> {
  const columns = await metaColumns(connection);
  if (columns === null) return 0;
  const meta = columns.includes("key") && columns.includes("value") ? await readMeta(connection) : new Map();
  if (!meta.has("ledgerId")) throw foreign(shown, "meta");
  const schema = Number(meta.get("schema") ?? 0);
  const compatibleFrom = Number(meta.get("compatibleFrom") ?? 0);
  const newest = known.at(-1)?.number ?? 0;
  if (compatibleFrom > newest) {
    const detail = `${shown} is at schema ${schema} and needs a build that knows ${compatibleFrom}; this build knows ${newest}`;
    throw new RunledgerError("ledger.newer-schema", detail, { data: { schema, compatibleFrom, known: newest } });
  }
  return schema;
}

/** The columns of the table `meta`, which others may have, too; null if there is none. */
async function metaColumns(connection: Connection): Promise<string[] | null> {
  const sql = `SELECT attname::text AS name FROM pg_attribute
    WHERE attrelid = to_regclass('meta') AND attnum > 0 AND NOT attisdropped`;
  const rows = await connection.rows<{ name: string }>(sql);
  return rows.length === 0 ? null : rows.map(({ name }) => name);
}

/** A ledger has a database of its own: the names of its tables are short ones that others may have, too. */
async function refuseForeign(connection: Connection, shown: string): Promise<void> {
  const sql = `SELECT c.relname AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') ORDER BY c.relname LIMIT 1`;
  const other = await connection.row<{ name: string }>(sql);
  if (other !== null) throw foreign(shown, other.name);
  const encoding = await connection.row<{ encoding: string }>("SELECT current_setting('server_encoding') AS encoding");
  if (encoding?.encoding !== "UTF8") {
    const detail = `${shown} has the encoding ${encoding?.encoding}; a ledger needs UTF8`;
    throw new RunledgerError("ledger.foreign-file", detail, { data: { encoding: encoding?.encoding } });
  }
}

function foreign(shown: string, name: string): RunledgerError {
  const detail = `${shown} holds ${name}, which is no ledger of ours; make a database for the ledger alone`;
  return new RunledgerError("ledger.foreign-file", detail, { data: { name } });
}

async function makeIdentity(connection: Connection): Promise<void> {
  await writeMeta(connection, "ledgerId", randomUUID());
  await writeMeta(connection, "epoch", randomBytes(4).toString("hex"));
  await writeMeta(connection, "identity", await databaseIdentity(connection));
}
