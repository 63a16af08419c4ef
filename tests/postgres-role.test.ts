// The roles of docs/operate.md: its own SQL is run, and the role that owns nothing can do all that runledger needs.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newClaimId } from "../src/core/ids.ts";
import { samplePlan } from "../src/ledger/contract/experiments.contract.ts";
import {
  actor,
  claimOne,
  codeOf,
  complete,
  findings,
  queue,
  setLimit,
  start,
  workerData,
} from "../src/ledger/contract/samples.contract.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { migrateLedger } from "../src/ledger/migrate-ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { type RealPostgres, startMsMax, startPostgres } from "../src/ledger/postgres/real-postgres.fixture.ts";

const page = readFileSync(new URL("../docs/operate.md", import.meta.url), "utf8");
/** Roles belong to the whole server, which may be one that others use. */
const own = `runledger_test_role_${newClaimId().slice(-8).replaceAll("-", "")}`;

let folder: string;
let postgres: RealPostgres;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-role-"));
  postgres = await startPostgres();
  for (const statement of sqlOf("superuser").split("\n")) await runAs(null, "postgres", statement);
  await runAs(`${own}_owner`, own, sqlOf("owner, before migrate"));
  await migrate(`${own}_owner`);
  await runAs(`${own}_owner`, own, sqlOf("owner, after migrate"));
}, startMsMax);

afterAll(async () => {
  if (postgres !== undefined) {
    await runAs(null, "postgres", `DROP DATABASE IF EXISTS ${own} WITH (FORCE)`);
    await runAs(null, "postgres", `DROP ROLE IF EXISTS ${own}, ${own}_owner`);
    await postgres.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

test("the role can do everything that runs, watches, deletes, verifies and rebuilds", async () => {
  await using ledger = await openAs(own);
  const mark = ledger.changeMark();
  await setLimit(ledger, "agent:deterministic", 2);
  await ledger.record({ type: "worker.started", data: workerData("w-1") }, actor);
  const lock = await ledger.holdLock("w-1");
  await ledger.renew("w-1");
  expect(await ledger.isLockFree("w-1")).toBe(false);
  const { runId } = await complete(ledger, { labels: { team: "a" } });
  await ledger.putLog([{ runId, attempt: 1, stream: "stdout", offset: 0, bytes: new Uint8Array(100_000) }]);
  await queue(ledger);
  expect((await ledger.databaseState()).durability).toContain("synchronous_commit");
  expect((await claimOne(ledger))?.attempt).toBe(1);
  const plan = await samplePlan(ledger, { subjects: 2, trials: 1 });
  await ledger.planExperiment(plan, actor);
  await setLimit(ledger, "agent:deterministic", null);
  await ledger.execute(runId, { type: "delete", isForced: false }, actor);
  await ledger.record({ type: "worker.gone", data: { worker: "w-1", evidence: "test" } }, actor);
  await lock.release();
  await ledger.forgetLock("w-1");
  expect(await ledger.waitForChange({ timeoutMs: 5_000, since: mark })).toBe(true);
  // On a server with other databases their transactions may hold the stream back for a moment.
  await expect.poll(async () => (await ledger.readAll(null, 500)).events.length).toBe(10);
  expect(await findings(ledger)).toEqual([]);
  expect((await ledger.rebuild()).runs).toBe(3);
  expect(await findings(ledger)).toEqual([]);
  expect(await migrate(own)).toMatchObject({ done: [] });
});

test("the role takes runs of other ledgers, and a restored database gets its new epoch under it", async () => {
  await using ledger = await openAs(own);
  await using elsewhere = await openLedger({ url: join(folder, "elsewhere.sqlite"), mustExist: false });
  const { runId } = await complete(elsewhere);
  expect(await ledger.copyRun(runId, await elsewhere.readRows(runId, 0, 100))).toBe(true);
  const cursor = await ledger.headCursor();
  await runAs(`${own}_owner`, own, sqlOf("owner, after files were put back"));
  await using restored = await openAs(own);
  expect(restored.ledgerId).not.toBe(ledger.ledgerId);
  expect(await codeOf(restored.readAll(cursor, 1))).toBe("cursor.reset");
});

test("the role owns nothing, changes no table, rewrites no event and takes back no deletion", async () => {
  await using ledger = await openAs(own);
  await start(ledger);
  for (const statement of [
    "CREATE TABLE other (id text)",
    "ALTER TABLE events ADD COLUMN more text",
    "DROP TABLE runs",
    "TRUNCATE events",
    "UPDATE events SET data = '{}'",
    "UPDATE blobs SET bytes = ''",
    "UPDATE logs SET bytes = ''",
    "DELETE FROM blobs",
    "DELETE FROM tombstones",
    "CREATE TEMPORARY TABLE mine (id text)",
  ]) {
    expect([statement, await codeOf(runAs(own, own, statement))]).toEqual([statement, "42501"]);
  }
  const owned = "SELECT count(*)::int AS owned FROM pg_class WHERE relowner = current_user::regrole";
  expect(await runAs(own, own, owned)).toEqual([{ owned: 0 }]);
});

test("each process has three connections, and runs that come and go add none", async () => {
  await using ledger = await openAs(own);
  const lock = await ledger.holdLock("w-2");
  await Promise.all(Array.from({ length: 20 }, () => complete(ledger)));
  await Promise.all(Array.from({ length: 20 }, () => ledger.listRuns({}, {})));
  const open = `SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = '${own}' AND application_name = 'runledger'`;
  expect(await runAs(null, "postgres", open)).toEqual([{ open: 3 }]);
  await lock.release();
});

/** The SQL of the page below this mark, for names of our own. */
function sqlOf(mark: string): string {
  const [, sql] = new RegExp(`<!-- sql: ${mark} -->\n\`\`\`sql\n([^\`]+)\n\`\`\``).exec(page) ?? [];
  if (sql === undefined) throw new Error(`the page has no SQL for: ${mark}`);
  return sql.replaceAll("runledger", own);
}

function urlOf(role: string | null, database: string): string {
  const url = new URL(postgres.url(database));
  if (role !== null) url.username = role;
  return url.href;
}

function openAs(role: string): Promise<Ledger> {
  return openLedger({ url: urlOf(role, own), mustExist: true, cwd: folder, env: {} });
}

function migrate(role: string) {
  return migrateLedger({ url: urlOf(role, own), cwd: folder, env: {} });
}

/** @returns the rows of the last statement */
async function runAs(role: string | null, database: string, sql: string): Promise<object[]> {
  const client = new Client({ connectionString: urlOf(role, database) });
  await client.connect();
  try {
    return (await client.query(sql)).rows ?? [];
  } finally {
    await client.end();
  }
}
