// `runledger migrate` on real databases: what it does, what it refuses, and that one of several does it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Project } from "../src/cli/project.fixture.ts";
import { codeOf, complete, findings, lose, start } from "../src/ledger/contract/samples.contract.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { serverOf } from "../src/ledger/ledger-url.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { migratePostgres, migrations } from "../src/ledger/postgres/migrate.ts";
import { type RealPostgres, startMsMax, startPostgres } from "../src/ledger/postgres/real-postgres.fixture.ts";

let postgres: RealPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
}, startMsMax);
afterAll(() => postgres?.close());

const names = migrations.map(({ name }) => name);
const newest = migrations.length;

test("an empty database becomes a ledger, and a second time there is nothing to do", async () => {
  using project = await onDatabase("empty");
  const before = await project.runledger("ls", "--json");
  expect(before.json()).toMatchObject({
    code: "ledger.not-migrated",
    fix: expect.stringContaining("runledger migrate"),
  });
  const first = await project.runledger("migrate", "--json");
  expect([first.code, first.json()]).toMatchObject([
    0,
    { ledger: project.shown, database: "postgres", from: 0, to: newest, done: names },
  ]);
  const second = await project.runledger("migrate");
  expect([second.code, second.stdout]).toEqual([
    0,
    `${project.shown} is at schema ${newest}; there is nothing to do\n`,
  ]);
  expect((await project.runledger("ls", "--json")).code).toBe(0);
});

test("an older schema is brought up to this build's, and until then it is not worked with", async () => {
  using project = await onDatabase("empty");
  await migratePostgres({ url: project.database.url, known: migrations.slice(0, 1) });
  const before = await project.runledger("ls", "--json");
  expect(before.json()).toMatchObject({ code: "ledger.not-migrated", data: { schema: 1, needed: newest } });
  expect((await project.runledger("migrate", "--json")).json()).toMatchObject({ from: 1, done: names.slice(1) });
  expect((await project.runledger("ls")).code).toBe(0);
});

test("of several that come at once one migrates, and the others find nothing to do", async () => {
  using project = await onDatabase("empty");
  const all = await Promise.all([1, 2, 3, 4].map(() => project.runledger("migrate", "--json")));
  const done = all.map(({ json }) => (json() as { done: string[] }).done);
  expect(done.toSorted((a, b) => a.length - b.length)).toEqual([[], [], [], names]);
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
});

test("a migration that fails leaves the database as it was", async () => {
  using project = await onDatabase("empty");
  // The second migration finds its table taken: all of it goes, the first one with it.
  await project.database.run(
    `CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
       IF to_regclass('slots') IS NOT NULL THEN RAISE EXCEPTION 'no room'; END IF; END $$;
     CREATE EVENT TRIGGER no ON ddl_command_end EXECUTE FUNCTION no()`,
  );
  const failed = await project.runledger("migrate");
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining("no room")]);
  await project.database.run("DROP EVENT TRIGGER no");
  expect((await project.runledger("migrate", "--json")).json()).toMatchObject({ from: 0, done: names });
});

test("a schema that this build cannot work with is refused, by migrate as by all others", async () => {
  using project = await onDatabase("migrated");
  await project.database.run("UPDATE meta SET value = '99' WHERE key IN ('schema', 'compatibleFrom')");
  for (const command of ["migrate", "ls"]) {
    const refused = await project.runledger(command, "--json");
    expect([refused.code, refused.json()]).toMatchObject([1, { code: "ledger.newer-schema" }]);
  }
});

test("a newer schema that says it is compatible is worked with and left alone", async () => {
  using project = await onDatabase("migrated");
  await project.database.run("UPDATE meta SET value = '99' WHERE key = 'schema'");
  expect((await project.runledger("migrate", "--json")).json()).toMatchObject({ from: 99, to: 99, done: [] });
  expect((await project.runledger("ls")).code).toBe(0);
});

test("a dump of a server that was further on is settled by migrate before it is worked with", async () => {
  using project = await onDatabase("migrated");
  const open = () => openLedger({ url: project.database.url, mustExist: true, cwd: project.folder, env: {} });
  const before = await open();
  const { runId } = await complete(before);
  await lose(before, await start(before));
  const eventsOf = async (ledger: Ledger) => (await ledger.readAll(null, 100)).events;
  // On a server with other databases their transactions may hold the stream back for a moment.
  await expect.poll(async () => (await eventsOf(before)).length).toBe(10);
  const events = await eventsOf(before);
  const cursor = await before.headCursor();
  await before.close();
  for (const table of ["events", "runs", "slots"]) {
    await project.database.run(`UPDATE ${table} SET xid = (xid::text::bigint + 1000000000)::text::xid8`);
  }
  await project.database.run("UPDATE meta SET value = '1.' || value WHERE key = 'identity'");
  const refused = await project.runledger("ls", "--json");
  expect(refused.json()).toMatchObject({ code: "ledger.not-migrated", detail: expect.stringContaining("restored") });
  expect((await project.runledger("migrate", "--json")).json()).toMatchObject({ done: [], isSettled: true });
  expect((await project.runledger("migrate", "--json")).json()).toMatchObject({ done: [], isSettled: false });
  await using after = await open();
  expect(await eventsOf(after)).toEqual(events);
  expect(await codeOf(after.readAll(cursor, 1))).toBe("cursor.reset");
  await after.execute(runId, { type: "delete", isForced: false }, "tester");
  expect(await findings(after)).toEqual([]);
});

test("a database that holds something else is refused and left alone", async () => {
  using project = await onDatabase("empty");
  await project.database.run("CREATE TABLE customers (name text)");
  const refused = await project.runledger("migrate", "--json");
  expect([refused.code, refused.json()]).toMatchObject([1, { code: "ledger.foreign-file" }]);
  await project.database.run("DROP TABLE customers");
  expect((await project.runledger("migrate")).code).toBe(0);
});

test("a ledger on SQLite migrates itself: migrate says so and makes nothing", async () => {
  using project = new Project();
  const said = await project.runledger("migrate", "--json", "--ledger", "other.sqlite");
  expect([said.code, said.json()]).toEqual([0, { ledger: `${project.folder}/other.sqlite`, database: "sqlite" }]);
  expect((await project.runledger("migrate", "--ledger", "other.sqlite")).stdout).toContain("migrates itself");
  expect((await project.runledger("ls", "--ledger", "other.sqlite")).code).toBe(2);
});

test("a password is refused on the command line, taken from the environment, and never shown", async () => {
  using project = await onDatabase("empty");
  const url = new URL(project.database.url);
  url.password = "hunter2";
  const refused = await project.runledger("migrate", "--ledger", url.href);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("RUNLEDGER_LEDGER")]);
  project.env.RUNLEDGER_LEDGER = url.href;
  const done = await project.runledger("migrate");
  expect(done.code).toBe(0);
  expect([refused.stderr, refused.stdout, done.stderr, done.stdout].join("")).not.toContain("hunter2");
});

/** A project whose ledger is a database of its own. */
async function onDatabase(kind: "empty" | "migrated") {
  const database = await postgres.newDatabase(kind);
  const project = new Project();
  project.env.RUNLEDGER_LEDGER = database.url;
  return Object.assign(project, { database, shown: serverOf(database.url, {})?.shown });
}
