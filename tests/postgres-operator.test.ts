// What `doctor` and `/metrics` tell an operator of the database: how safe an answer is, what holds back the live streams,
// and whether a pooler is in the way.
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { queue } from "../src/ledger/contract/samples.contract.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import {
  type RealPostgres,
  startMsMax,
  startPostgres,
  type TestDatabase,
} from "../src/ledger/postgres/real-postgres.fixture.ts";
import { startTransactionPooler } from "../src/ledger/postgres/transaction-pooler.fixture.ts";
import { ask } from "./api/served.ts";
import { workplace } from "./command-line.ts";
import { until } from "./scene.ts";

/** Commands that run one after the other, on a machine that has other things to do. */
const testMsMax = 120_000;

let postgres: RealPostgres;
let database: TestDatabase;
let ledger: Ledger;
let place: ReturnType<typeof workplace>;

beforeAll(async () => {
  postgres = await startPostgres({ isOwn: true });
}, startMsMax);
afterAll(() => postgres?.close());

beforeEach(async () => {
  database = await postgres.newDatabase("migrated");
  ledger = await openLedger({ url: database.url, mustExist: true, env: {} });
  place = workplace();
});
afterEach(async () => {
  place[Symbol.dispose]();
  await ledger.close();
  await database.giveBack();
});

type Check = { name: string; level: string; says: string; fix: string | null };

async function doctor(url: string): Promise<Map<string, Check>> {
  const { stdout, stderr } = await place.run(["doctor", "--json"], { RUNLEDGER_LEDGER: url });
  if (stdout === "") throw new Error(stderr);
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return new Map(checks.map((check) => [check.name, check]));
}

test("a transaction that writes and stays open holds back the stream, and doctor and /metrics say which and how long", {
  timeout: testMsMax,
}, async () => {
  await queue(ledger);
  expect(await ledger.databaseState()).toMatchObject({ feedLagMs: 0, feedHolder: null, pooling: "none" });
  const other = new Client({ connectionString: postgres.url("postgres"), application_name: "forgotten console" });
  await other.connect();
  await other.query("BEGIN; SELECT pg_current_xact_id()");
  const { rows } = await other.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const head = await ledger.headCursor();
  const runId = await queue(ledger);
  expect((await ledger.readAll(head, 10)).events).toEqual([]);
  expect((await ledger.getRun(runId))?.status).toBe("queued");
  await until("the lag is long enough to warn of", async () => (await ledger.databaseState()).feedLagMs > 5_100);
  const stream = (await doctor(database.url)).get("stream");
  expect(stream).toMatchObject({ level: "warn", fix: expect.stringContaining("End that transaction") });
  expect(stream?.says).toMatch(
    new RegExp(`held back since .* by server process ${rows[0]?.pid} \\(.*forgotten console`),
  );
  const served = place.start(["serve", "--port", "0", "--no-worker"], { RUNLEDGER_LEDGER: database.url });
  const address = (await served.shows("stdout", "\n")).trim();
  const figures = await until("the ledger is open", async () => {
    const { text } = await ask(`${address}/metrics`, {});
    return /^runledger_feed_held_back_seconds (\d+)/m.test(text) ? text : null;
  });
  expect(Number(/^runledger_feed_held_back_seconds (\S+)/m.exec(figures)?.[1])).toBeGreaterThan(5);
  expect(figures).toMatch(/^runledger_database_info\{server="PostgreSQL \d+.*synchronous_commit=on, fsync=off.*\} 1$/m);
  await other.query("ROLLBACK");
  await other.end();
  await until("the lag is gone", async () => (await ledger.databaseState()).feedLagMs === 0);
  expect((await ledger.readAll(head, 10)).events.map((event) => event.runId)).toEqual([runId]);
  expect((await ask(`${address}/metrics`, {})).text).toMatch(/^runledger_feed_held_back_seconds 0$/m);
  served.child.kill("SIGTERM");
  expect((await served.ended).code).toBe(0);
});

test("a transaction that only reads, as a dump does, holds nothing back", async () => {
  const other = new Client({ connectionString: database.url });
  await other.connect();
  await other.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await other.query("SELECT count(*) FROM events");
  const head = await ledger.headCursor();
  const runId = await queue(ledger);
  expect((await ledger.readAll(head, 10)).events.map((event) => event.runId)).toEqual([runId]);
  expect(await ledger.databaseState()).toMatchObject({ feedLagMs: 0, feedHolder: null });
  await other.end();
});

test("doctor warns of settings by which a crash of the server takes answers back", { timeout: testMsMax }, async () => {
  await database.run(`ALTER DATABASE ${database.name} SET synchronous_commit = off`);
  const check = (await doctor(database.url)).get("database");
  await database.run(`ALTER DATABASE ${database.name} RESET synchronous_commit`);
  expect(check).toMatchObject({ level: "warn", says: expect.stringContaining("synchronous_commit=off") });
});

test("through a pooler of transactions a worker works where its lock has a way of its own, and says what is missing where not", {
  timeout: testMsMax,
}, async () => {
  await using pooler = await startTransactionPooler({ socket: postgres.socket, database: database.name });
  const without = { RUNLEDGER_LEDGER: pooler.url() };
  const refused = await place.run(["worker", "--until-idle"], without);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/ledger\.pooled: .*\n/);
  expect(refused.stderr).toContain("?session=");
  const checks = await doctor(pooler.url());
  expect(checks.get("pooler")).toMatchObject({ level: "warn", says: expect.stringContaining("no way of their own") });
  expect(checks.get("locks")).toMatchObject({ level: "fail", says: expect.stringContaining("ledger.pooled") });

  const url = pooler.url(`session=${encodeURIComponent(database.url)}`);
  const queued = await place.run(["exec", "--queue", "--json", "--", "echo", "through the pooler"], without);
  const { id } = JSON.parse(queued.stdout) as { id: string };
  expect((await place.run(["worker", "--until-idle"], { RUNLEDGER_LEDGER: url })).code).toBe(0);
  expect(await ledger.getRun(id)).toMatchObject({ status: "completed", attempt: { number: 1 } });
  const found = await doctor(url);
  expect([found.get("pooler")?.level, found.get("locks")?.level]).toEqual(["ok", "ok"]);
  expect(pooler.left).toEqual([]);
});
