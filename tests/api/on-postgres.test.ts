// The tests of the API once more, with the same claims, on PostgreSQL: one server for all of them, a database for each.
// The others look at the wire, at processes or at the command line, which are the same whatever the database is.

import { beforeAll, describe } from "vitest";
import { startMsMax, startPostgres } from "../../src/ledger/postgres/real-postgres.fixture.ts";
import { keepScenesIn } from "../scene.ts";

beforeAll(async () => {
  const postgres = await startPostgres();
  keepScenesIn(() => postgres.newDatabase("migrated"));
  return async () => {
    keepScenesIn(null);
    await postgres.close();
  };
}, startMsMax);

const files = [
  ...["runs", "picking", "streams", "catalog", "changed-since", "experiments", "tokens", "details", "lifecycle"],
  ...["page-data", "existing-clients"],
];

describe.each(files)("%s", async (name) => {
  await import(`./${name}.test.ts`);
});
