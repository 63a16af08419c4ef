// The two databases that a ledger may lie in, as benches compare them: SQLite files in a fresh folder, and a PostgreSQL
// server of our own that is as durable as one in use.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../src/ledger/postgres/real-postgres.fixture.ts";

export type BenchDatabase = {
  readonly name: "SQLite" | "PostgreSQL";
  /** The server's first process; 0 where there is none. */
  readonly serverPid: number;
  /** The URL of a new ledger; an SQLite one is made by whoever opens it. */
  newLedger(): Promise<string>;
};

export type BothDatabases = AsyncDisposable & {
  /** For what processes keep on this host; gone with the databases. */
  readonly folder: string;
  readonly all: readonly BenchDatabase[];
};

/** What tests turn off, and what the server comes with. */
const asInUse = { fsync: "on", full_page_writes: "on", autovacuum: "on", shared_buffers: "128MB" };

/** Starts the server, over a Unix socket; whoever opens them closes them. */
export async function openBothDatabases(): Promise<BothDatabases> {
  const folder = mkdtempSync(join(tmpdir(), "runledger-databases-"));
  const postgres = await startPostgres({ isOwn: true, settings: asInUse });
  let made = 0;
  const sqlite: BenchDatabase = {
    ...{ name: "SQLite", serverPid: 0 },
    async newLedger() {
      made += 1;
      return join(folder, `ledger-${made}`);
    },
  };
  const server: BenchDatabase = {
    ...{ name: "PostgreSQL", serverPid: postgres.serverPid },
    newLedger: async () => (await postgres.newDatabase("migrated")).url,
  };
  return {
    ...{ folder, all: [sqlite, server] },
    async [Symbol.asyncDispose]() {
      await postgres.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
