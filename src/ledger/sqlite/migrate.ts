// Brings a database to the schema of this build. Migrations are numbered, go forward only, and run in one transaction;
// a database that holds something is copied first.

import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { RunledgerError } from "../../core/errors.ts";
import { initial } from "./migrations/001-initial.ts";
import { queue } from "./migrations/002-queue.ts";
import { access } from "./migrations/003-access.ts";
import { runKeys } from "./migrations/004-run-keys.ts";
import { whileBusy } from "./while-busy.ts";

export type Migration = { number: number; name: string; compatibleFrom: number; sql: string };

export const migrations: readonly Migration[] = [initial, queue, access, runKeys];

/** The schema number of a database, 0 if it has none yet. @throws RunledgerError `ledger.newer-schema` */
export function schemaNumber(db: DatabaseSync, path: string, known: readonly Migration[] = migrations): number {
  const hasMeta = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get() !== undefined;
  if (!hasMeta) return 0;
  const schema = Number(readMeta(db, "schema") ?? 0);
  const compatibleFrom = Number(readMeta(db, "compatibleFrom") ?? 0);
  const newest = known.at(-1)?.number ?? 0;
  if (compatibleFrom > newest) {
    const detail = `${path} is at schema ${schema} and needs a build that knows ${compatibleFrom}; this build knows ${newest}`;
    throw new RunledgerError("ledger.newer-schema", detail, { data: { schema, compatibleFrom, known: newest } });
  }
  return schema;
}

/** Runs what is missing. Returns what was done in words, or null if there was nothing to do. */
export function migrate(db: DatabaseSync, path: string, known: readonly Migration[] = migrations): string | null {
  const from = schemaNumber(db, path, known);
  const missing = known.filter((migration) => migration.number > from);
  if (missing.length === 0) return null;
  const copy = `${path}.schema-${from}.backup`;
  if (from > 0 && !existsSync(copy)) db.prepare("VACUUM INTO ?").run(copy);
  whileBusy(() => db.exec("BEGIN IMMEDIATE"));
  try {
    // Another process may have been faster.
    const now = schemaNumber(db, path, known);
    for (const migration of missing.filter(({ number }) => number > now)) {
      db.exec(migration.sql);
      writeMeta(db, "schema", String(migration.number));
      writeMeta(db, "compatibleFrom", String(migration.compatibleFrom));
    }
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
  const to = missing.at(-1)?.number;
  return from === 0 ? null : `the ledger was migrated from schema ${from} to ${to}; a copy from before is ${copy}`;
}

export function readMeta(db: DatabaseSync, key: string): string | null {
  const row = db.prepare("SELECT value FROM meta WHERE key = ?").get(key) as { value: string } | undefined;
  return row?.value ?? null;
}

export function writeMeta(db: DatabaseSync, key: string, value: string): void {
  const sql = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
  db.prepare(sql).run(key, value);
}
