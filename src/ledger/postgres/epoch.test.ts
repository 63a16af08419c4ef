// Cursors hold only for the ledger that gave them: a restored copy and a server that went on from an earlier point begin a
// new epoch, and readers are told to begin anew.

import { afterAll, beforeAll, expect, it } from "vitest";
import { codeOf, queue } from "../contract/samples.contract.ts";
import type { Ledger } from "../ledger.ts";
import { openLedger } from "../open-ledger.ts";
import { type RealPostgres, startMsMax, startPostgres } from "./real-postgres.fixture.ts";

let postgres: RealPostgres;

beforeAll(async () => {
  postgres = await startPostgres({ isOwn: true });
}, startMsMax);

afterAll(() => postgres?.close());

const open = (url: string): Promise<Ledger> => openLedger({ url, mustExist: true, env: {} });

it("a ledger that is only opened again keeps its epoch and its id", async () => {
  const database = await postgres.newDatabase("migrated");
  const { cursor, ledgerId } = await filled(database.url);
  await using again = await open(database.url);
  expect(again.ledgerId).toBe(ledgerId);
  expect((await again.readAll(cursor, 10)).events).toEqual([]);
});

it("a copy of the database is another ledger, and cursors of the first are none of its", async () => {
  const database = await postgres.newDatabase("migrated");
  const { cursor, ledgerId } = await filled(database.url);
  const copy = await postgres.copy(database);
  await using ledger = await open(copy.url);
  expect(ledger.ledgerId).not.toBe(ledgerId);
  expect(await codeOf(ledger.readAll(cursor, 10))).toBe("cursor.reset");
  expect((await ledger.readAll(null, 10)).events.length).toBe(1);
});

it("tables that were restored into the same database begin a new epoch", async () => {
  const database = await postgres.newDatabase("migrated");
  const { cursor } = await filled(database.url);
  // What pg_restore --clean does: the table is dropped and made anew from the dump.
  await database.run(`ALTER TABLE events RENAME TO dumped; CREATE TABLE events (LIKE dumped INCLUDING ALL);
    INSERT INTO events SELECT * FROM dumped; DROP TABLE dumped`);
  await using ledger = await open(database.url);
  expect(await codeOf(ledger.readAll(cursor, 10))).toBe("cursor.reset");
});

it("a server on another timeline begins a new epoch, also for who had it open, and stays the same ledger", async () => {
  const database = await postgres.newDatabase("migrated");
  const { cursor, ledgerId } = await filled(database.url);
  await using ledger = await open(database.url);
  expect((await ledger.readAll(cursor, 10)).events).toEqual([]);
  await postgres.stop("fast");
  await postgres.start("promoted");
  expect(await codeOf(ledger.readAll(cursor, 10))).toBe("cursor.reset");
  await using again = await open(database.url);
  expect(again.ledgerId).toBe(ledgerId);
  expect(await codeOf(again.readAll(cursor, 10))).toBe("cursor.reset");
});

async function filled(url: string): Promise<{ cursor: string; ledgerId: string }> {
  await using ledger = await open(url);
  await queue(ledger);
  return { cursor: await ledger.headCursor(), ledgerId: ledger.ledgerId };
}
