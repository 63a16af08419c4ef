// Where the ledgers of episodes lie that are not files: databases on a PostgreSQL server that the suite starts itself.

import { startPostgres, type TestDatabase } from "../../src/ledger/postgres/real-postgres.fixture.ts";

export type LedgerServer = AsyncDisposable & {
  /** The URL of a fresh ledger; `sql` is done to it first. */
  newLedger(sql: string | null): Promise<string>;
  /** Its processes are gone, and nobody looks at it any more. */
  giveBack(url: string): Promise<void>;
};

export async function startLedgerServer(): Promise<LedgerServer> {
  const postgres = await startPostgres({ isOwn: true, settings: { autovacuum: "on" } });
  const lent = new Map<string, TestDatabase>();
  return {
    async newLedger(sql) {
      const database = await postgres.newDatabase("migrated");
      if (sql !== null) await database.run(sql);
      lent.set(database.url, database);
      return database.url;
    },
    async giveBack(url) {
      await lent.get(url)?.giveBack();
      lent.delete(url);
    },
    [Symbol.asyncDispose]: () => postgres.close(),
  };
}
