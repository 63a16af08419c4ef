// Hooks for a file of tests of which each wants a ledger of its own on PostgreSQL: the file has a server, or shares one,
// and each test a database, which is given back after all that was opened on it is closed.

import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { Ledger } from "../ledger.ts";
import { openLedger } from "../open-ledger.ts";
import { Connection, type ConnectionUse } from "./connection.ts";
import { readPostgresUrl } from "./postgres-url.ts";
import { type RealPostgres, startMsMax, startPostgres, type TestDatabase } from "./real-postgres.fixture.ts";

/** The database of the present test. */
export type UsedDatabase = Pick<TestDatabase, "name" | "url" | "run"> & {
  readonly server: RealPostgres;
  /** Has it closed after the test, and after all that is kept later. */
  keep<T extends { close(): Promise<void> }>(one: T): T;
  /** Opens its ledger, or that of another URL; closed after the test. */
  open(url?: string, env?: Record<string, string>): Promise<Ledger>;
  /** Opens a bare connection; closed after the test. */
  connect(use?: ConnectionUse): Promise<Connection>;
};

/** To be called at the top of a file, before hooks that use it. @param server As `startPostgres` takes it */
export function useDatabase(server: Parameters<typeof startPostgres>[0] = {}): UsedDatabase {
  let postgres: RealPostgres;
  let database: TestDatabase;
  const opened: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    postgres = await startPostgres(server);
  }, startMsMax);
  afterAll(() => postgres?.close());
  beforeEach(async () => {
    database = await postgres.newDatabase("migrated");
  });
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
    await database.giveBack();
  });

  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    opened.push(one);
    return one;
  };
  return {
    get server() {
      return postgres;
    },
    get name() {
      return database.name;
    },
    get url() {
      return database.url;
    },
    keep,
    run: (sql) => database.run(sql),
    open: async (url = database.url, env = {}) => keep(await openLedger({ url, mustExist: true, env })),
    connect: async (use = {}) => keep(await Connection.open(readPostgresUrl(database.url, {}), use)),
  };
}
