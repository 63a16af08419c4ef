// The PostgreSQL adapter against the contract, on a real server.

import { afterAll, beforeAll } from "vitest";
import { ledgerContract } from "../ledger.contract.ts";
import { postgresSubject } from "./postgres-subject.fixture.ts";
import { type RealPostgres, startMsMax, startPostgres } from "./real-postgres.fixture.ts";

let postgres: RealPostgres | undefined;

beforeAll(async () => {
  postgres = await startPostgres();
}, startMsMax);

afterAll(() => postgres?.close());

ledgerContract("PostgreSQL", async () => {
  if (postgres === undefined) throw new Error("the server is there before the first claim");
  return postgresSubject(await postgres.newDatabase("migrated"));
});
