// Brings a ledger's database to the schema of this build. On PostgreSQL somebody has to ask for it; SQLite does it by
// itself, on a copy at hand, when the ledger is opened.

import { ledgerFilesOf, serverOf } from "./ledger-url.ts";

export type LedgerMigration =
  | { database: "sqlite"; shown: string }
  /**
   * Numbers of the schema before and after (0: there was none), names of the migrations that were run, and whether the
   * database had come from another server and was settled on this one.
   */
  | { database: "postgres"; shown: string; from: number; to: number; done: string[]; isSettled: boolean };

/**
 * Runs what is missing, all or nothing. Of several that come at once one does it, and the others wait and find nothing
 * to do.
 * @throws RunledgerError `ledger.bad-url`, `ledger.unreachable`, `ledger.newer-schema`, `ledger.foreign-file`,
 * `ledger.unwritable`
 */
export async function migrateLedger(of: {
  url: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
}): Promise<LedgerMigration> {
  const { url, cwd, env } = of;
  const server = serverOf(url, env);
  if (server === null) return { database: "sqlite", shown: ledgerFilesOf(url, cwd).database };
  const { migratePostgres } = await import("./postgres/migrate.ts");
  return { database: "postgres", shown: server.shown, ...(await migratePostgres({ url, env })) };
}
