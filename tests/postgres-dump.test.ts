// The dump of docs/operate.md, by the page's own commands and SQL, while others write; and what the page promises of the
// database that is made out of it.
import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { newClaimId } from "../src/core/ids.ts";
import { claimOne, codeOf, complete, findings, queue, start } from "../src/ledger/contract/samples.contract.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { migratePostgres } from "../src/ledger/postgres/migrate.ts";
import { startPostgres } from "../src/ledger/postgres/real-postgres.fixture.ts";
import { workplace } from "./command-line.ts";
import { dumpToolsFor, rowsOf } from "./dump-and-restore.ts";

const page = readFileSync(new URL("../docs/operate.md", import.meta.url), "utf8");
/** Roles belong to the whole server, which may be one that others use. */
const own = `runledger_test_dump_${newClaimId().slice(-8).replaceAll("-", "")}`;
const restored = `${own}_restored`;

const postgres = await startPostgres();
afterAll(async () => {
  for (const name of [own, restored]) await runAs(null, "postgres", `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await runAs(null, "postgres", `DROP ROLE IF EXISTS ${own}, ${own}_owner`);
  await postgres.close();
});
const tools = await dumpToolsFor(postgres.url("postgres"));

test(`a dump made while runs go on, by ${tools.words}, is one moment of the ledger and becomes a ledger of its own`, {
  timeout: 120_000,
}, async () => {
  await makeDatabase();
  using place = workplace();
  await using ledger = await openAs(own);
  for (let i = 0; i < 12; i += 1) await complete(ledger);
  const waiting = await queue(ledger);
  const running = await start(ledger);
  const cursor = await ledger.headCursor();

  let isDumped = false;
  const writing = (async () => {
    while (!isDumped) await complete(ledger);
  })();
  const restore = await tools.dump({
    from: urlOf(`${own}_owner`, own),
    to: urlOf(`${own}_owner`, restored),
    commands: { dump: textOf("sh", "dump"), restore: textOf("sh", "restore") },
    rights: rightsOfPage(),
    folder: place.folder,
  });
  isDumped = true;
  await writing;
  await runEach("postgres", textOf("sql", "superuser, before a restore"));
  await restore();

  const proof = await place.run(["verify", "--json"], { RUNLEDGER_LEDGER: urlOf(own, restored) });
  expect([proof.code, proof.stderr, JSON.parse(proof.stdout)]).toMatchObject([0, expect.any(String), { findings: [] }]);
  await using copy = await openAs(own, restored);
  const events = await eventsOf(copy);
  expect(await eventsBefore(ledger, events.length)).toEqual(events);
  expect((await copy.getRun(running.runId))?.status).toBe("starting");
  expect(copy.ledgerId).not.toBe(ledger.ledgerId);
  expect(await codeOf(copy.readAll(cursor, 1))).toBe("cursor.reset");
  expect((await claimOne(copy))?.runId).toBe(waiting);
  await complete(copy);
  expect(await findings(copy)).toEqual([]);
  expect(await codeOf(runAs(own, restored, "UPDATE events SET data = '{}'"))).toBe("42501");
  expect((await ledger.getRun(waiting))?.status).toBe("queued");
});

/** The page's installation. */
async function makeDatabase(): Promise<void> {
  await runEach("postgres", textOf("sql", "superuser"));
  const { before, after } = rightsOfPage();
  await runAs(`${own}_owner`, own, before);
  await migratePostgres({ url: urlOf(`${own}_owner`, own), env: {} });
  await runAs(`${own}_owner`, own, after);
}

function rightsOfPage() {
  return { before: textOf("sql", "owner, before migrate"), after: textOf("sql", "owner, after migrate") };
}

async function eventsOf(ledger: Ledger) {
  const all = [];
  for (let after: string | null = null; ; ) {
    const { events, cursor } = await ledger.readAll(after, 500);
    if (events.length === 0) return all;
    all.push(...events);
    after = cursor;
  }
}

/** What a ledger has told of first; other databases of a server may hold the stream back for a moment. */
async function eventsBefore(ledger: Ledger, count: number) {
  await expect.poll(async () => (await eventsOf(ledger)).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(count);
  return (await eventsOf(ledger)).slice(0, count);
}

/** What the page has below this mark, for names of our own. */
function textOf(kind: "sql" | "sh", mark: string): string {
  const [, text] = new RegExp(`<!-- ${kind}: ${mark} -->\n\`\`\`${kind}\n([^\`]+)\n\`\`\``).exec(page) ?? [];
  if (text === undefined) throw new Error(`the page has nothing for: ${mark}`);
  return text.replaceAll("runledger", own).replaceAll(/\brestored\b/g, restored);
}

function urlOf(role: string | null, database: string): string {
  const url = new URL(postgres.url(database));
  if (role !== null) url.username = role;
  return url.href;
}

function openAs(role: string, database = own): Promise<Ledger> {
  return openLedger({ url: urlOf(role, database), mustExist: true, env: {} });
}

function runAs(role: string | null, database: string, sql: string): Promise<object[]> {
  return rowsOf(urlOf(role, database), sql);
}

/** A database is made by a statement of its own. */
async function runEach(database: string, sql: string): Promise<void> {
  for (const statement of sql.split("\n")) await runAs(null, database, statement);
}
