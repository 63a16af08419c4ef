// No statement of the PostgreSQL adapter reads a growing table whole, however it is planned: with the values in hand, or
// once and for all.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { Connection } from "../src/ledger/postgres/connection.ts";
import type { InDoubt } from "../src/ledger/postgres/group-commit.ts";
import { silentHolders } from "../src/ledger/postgres/locks.ts";
import { foldCounts } from "../src/ledger/postgres/move-count.ts";
import { foldTallies } from "../src/ledger/postgres/move-tally.ts";
import { readPostgresUrl } from "../src/ledger/postgres/postgres-url.ts";
import { trimLog } from "../src/ledger/postgres/put-log.ts";
import { type RealPostgres, startMsMax, startPostgres } from "../src/ledger/postgres/real-postgres.fixture.ts";
import { wasCommitted } from "../src/ledger/postgres/settle-doubt.ts";
import { askEverything } from "./everything-asked.ts";
import { type GrownLedger, growLedger } from "./grown-ledger.ts";
import { growingTables, type Statement, statementsOf, type WholeRead, wholeReads } from "./sent-statements.ts";

let folder: string;
let postgres: RealPostgres;
let client: Client;
let statements: Statement[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-growth-"));
  postgres = await startPostgres();
  const { url } = await postgres.newDatabase("migrated");
  const grown = await growLedger({ url, runs: 20_000, cwd: folder });
  statements = await statementsOf(async () => {
    await using ledger = await openLedger({ url, mustExist: true, cwd: folder, env: {} });
    await askEverything(ledger, grown);
    await askNow(url, grown);
  });
  client = new Client({ connectionString: url });
  await client.connect();
}, startMsMax);

afterAll(async () => {
  await client?.end();
  await postgres?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What otherwise takes a long stream, a long time or a lost connection. */
async function askNow(url: string, { completedId: runId, experimentId }: GrownLedger): Promise<void> {
  const connection = await Connection.open(readPostgresUrl(url, {}));
  await silentHolders(connection, 20_000);
  await foldCounts(connection, ["", "subject:17"]);
  await foldTallies(connection, [experimentId]);
  await trimLog(connection, { runId, attempt: 1, stream: "stdout", from: 1_000, to: 2_000 });
  await wasCommitted(connection, { xid: "3", witness: { position: 1 } } as InDoubt);
  await connection.close();
}

test("no statement reads a growing table whole", async () => {
  const found: WholeRead[] = [];
  for (const statement of statements) found.push(...(await wholeReads(client, statement, growingTables)));
  expect(found).toEqual([]);
  expect(statements.length).toBeGreaterThan(120);
});

test("a statement that does is found", async () => {
  const planted = { text: "SELECT run_id FROM runs WHERE state = $1", values: ["x"] };
  expect(await wholeReads(client, planted, growingTables)).toEqual([
    { table: "runs", text: planted.text, plan: "custom" },
    { table: "runs", text: planted.text, plan: "generic" },
  ]);
});
