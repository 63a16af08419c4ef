// A failover as a process sees it: the server it comes back to answers, but is not yet the one that takes writes.
import { chownSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { codeOf, findings, queue } from "../contract/samples.contract.ts";
import { openLedger } from "../open-ledger.ts";
import { type RealPostgres, startMsMax, startPostgres, type TestDatabase } from "./real-postgres.fixture.ts";

let postgres: RealPostgres;
let database: TestDatabase;

beforeAll(async () => {
  postgres = await startPostgres({ isOwn: true });
  database = await postgres.newDatabase("migrated");
}, startMsMax);

afterAll(() => postgres?.close());

const open = () => openLedger({ url: database.url, mustExist: true, env: {} });

it("who has a ledger open waits until a standby is the primary, loses nothing, and is told to begin anew", async () => {
  await using ledger = await open();
  const before = await queue(ledger);
  const cursor = await ledger.headCursor();
  await postgres.stop("fast");
  makeStandby();
  await postgres.start();
  const [read, written] = [codeOf(ledger.readAll(cursor, 10)), queue(ledger)];
  let hasEnded = false;
  void Promise.race([read, written]).finally(() => {
    hasEnded = true;
  });
  // These asked first: by now they would have been refused, too.
  for (let i = 0; i < 3; i += 1) expect(await codeOf(open())).toBe("ledger.unreachable");
  expect(hasEnded).toBe(false);
  await promote();
  expect(await read).toBe("cursor.reset");
  const after = await written;
  const { runs } = await ledger.listRuns({}, { order: "oldest" });
  expect(runs.map(({ id }) => id)).toEqual([before, after]);
  expect(await findings(ledger)).toEqual([]);
});

/** From its next start on the server waits for what a primary sends, and answers who only reads. */
function makeStandby(): void {
  const data = join(decodeURIComponent(new URL(database.url).hostname), "data");
  const path = join(data, "standby.signal");
  writeFileSync(path, "");
  const { uid, gid } = statSync(data);
  chownSync(path, uid, gid);
}

async function promote(): Promise<void> {
  const client = new Client({ connectionString: postgres.url("postgres") });
  await client.connect();
  await client.query("SELECT pg_promote()");
  await client.end();
}
