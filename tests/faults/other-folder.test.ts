// Processes of one host that share a ledger on PostgreSQL and have folders of their own, as two projects do: neither sees
// the files of the other's runs, and so says nothing of them that only those could tell.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isTerminal } from "../../src/core/moves.ts";
import type { Run } from "../../src/core/run.ts";
import { systemLimits } from "../../src/core/system-limits.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { useDatabase } from "../../src/ledger/postgres/use-database.fixture.ts";
import { settle } from "../../src/worker/settle.ts";
import { Host } from "../host.ts";
import { queueOn } from "../queue-on.ts";
import { program, until } from "../scene.ts";

/** Workers start one after the other, and take over nothing before they may judge. */
const testMsMax = 180_000;
const patienceMs = 60_000;

const database = useDatabase();
let folder: string;
let home: string;
let ledger: Ledger;
const hosts: Host[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-folders-"));
  home = join(folder, "another");
  ledger = await database.open(database.url, { RUNLEDGER_HOME: home });
});
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(name: string, command?: string[]): Host {
  const host = new Host(join(folder, name), { url: database.url, isElsewhere: false, ...(command && { command }) });
  hosts.push(host);
  return host;
}

/** A run whose program says each time that it begins, and waits for a file. */
async function working(retries = 0): Promise<{ runId: string; began: string; go: string; host: Host }> {
  const [began, go] = [join(folder, "began"), join(folder, "go")];
  const script = `echo >> ${began}; while [ ! -e ${go} ]; do sleep 0.02; done`;
  const runId = await queueOn(ledger, program(["sh", "-c", script]), retries);
  const host = start("one");
  await until("its program works", () => existsSync(began), patienceMs);
  return { runId, began, go, host };
}

/** The same, whose worker is killed meanwhile. */
async function orphaned(): Promise<{ runId: string; go: string }> {
  const { runId, go, host } = await working();
  host.kill();
  await host.ended;
  const worker = (await ledger.getRun(runId))?.attempt?.worker ?? "";
  await until("its worker is seen gone", () => ledger.isLockFree(worker), patienceMs);
  return { runId, go };
}

async function ended(runId: string): Promise<Run | null> {
  const run = await ledger.getRun(runId);
  return run !== null && isTerminal(run.status) ? run : null;
}

test("a run whose worker was killed is left alone from another folder, and adopted in its own", {
  timeout: testMsMax,
}, async () => {
  const { runId, go } = await orphaned();
  expect(await settle(ledger)).toMatchObject({ concluded: [], unsupervised: [], unsettled: [] });
  expect(await ledger.getRun(runId)).toMatchObject({ status: "running", attempt: { number: 1, outcome: null } });
  expect(existsSync(join(home, "runs"))).toBe(false);
  start("one");
  const adopted = async () => (await ledger.readEvents(runId, 0, 100)).some(({ type }) => type === "attempt.adopted");
  await until("it is adopted", adopted, patienceMs);
  writeFileSync(go, "");
  const run = await until("it has ended", () => ended(runId), patienceMs);
  expect(run).toMatchObject({ status: "completed", attempt: { number: 1 } });
  for await (const finding of ledger.verify()) expect.fail(finding.detail);
});

test("who watches it from another folder sees it taken over once its worker was silent, and its program has ended then", {
  timeout: testMsMax,
}, async () => {
  const { runId } = await orphaned();
  expect(await start("two", ["watch", runId]).ended).toContain("was not heard of for 20 s");
  expect(await ended(runId)).toMatchObject({ status: "lost", attempt: { number: 1 } });
  expect(hosts.flatMap((host) => host.processes())).toEqual([]);
});

test("who watches a run whose worker was stopped sees it taken over all the same", { timeout: testMsMax }, async () => {
  const { runId, host } = await working();
  host.stopWorker();
  expect(await start("two", ["watch", runId]).ended).toContain("was not heard of for 20 s");
  expect(await ended(runId)).toMatchObject({ status: "lost", attempt: { number: 1 } });
  host.kill();
});

test.each([
  ["cancelled", "cancel"],
  ["lost", "logs", "-f"],
])(
  "it is %s, and %s waits for nobody, beside a worker that was stopped",
  {
    timeout: testMsMax,
  },
  async (status, ...command) => {
    const { runId, host } = await working();
    host.stopWorker();
    await start("one", [...command, runId]).ended;
    host.kill();
    expect(await ended(runId)).toMatchObject({ status, attempt: { number: 1 } });
  },
);

test("a run that its worker has left is begun again by nobody before its program has ended", {
  timeout: testMsMax,
}, async () => {
  const { runId, began, go, host } = await working(1);
  start("two");
  const mayJudgeMs = performance.now() + systemLimits.leaseMs + 5_000;
  await until("it may judge others", () => performance.now() > mayJudgeMs, patienceMs);
  host.askToStop();
  expect(await host.ended).toContain("left to others");
  await until("it is begun again", () => readFileSync(began, "utf8").length === 2, patienceMs);
  expect(host.processes()).toEqual([]);
  const times = (await ledger.readEvents(runId, 0, 100)).map(({ type, recordedAt }) => [type, Date.parse(recordedAt)]);
  const { "attempt.orphaned": left = 0, "attempt.ended": lost = 0 } = Object.fromEntries(times);
  // Renewed just before it was left.
  expect(lost - left).toBeGreaterThan(systemLimits.takeoverAfterMs - 2 * systemLimits.renewMs);
  writeFileSync(go, "");
  const run = await until("it has ended", () => ended(runId), patienceMs);
  expect(run).toMatchObject({ status: "completed", attempt: { number: 2 } });
});
