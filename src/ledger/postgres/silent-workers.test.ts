// Workers that other hosts cannot look at: from when on they count as silent, and that nothing ends by the silence of one
// that is heard of.

import { beforeEach, expect, it } from "vitest";
import {
  actor,
  claimBy,
  codeOf,
  conclusionOf,
  endingOf,
  type StartedRun,
  start,
} from "../contract/samples.contract.ts";
import type { Ledger, ProcessLock } from "../ledger.ts";
import type { Connection } from "./connection.ts";
import { renewLock, silentHolders } from "./locks.ts";
import { begin } from "./read-facts.ts";
import { useDatabase } from "./use-database.fixture.ts";

const silentMs = 20_000;
const worker = "worker-1";
const error = { code: "runner.gone" as const, origin: "worker" as const, message: "silent" };

const database = useDatabase();
let ledger: Ledger;
let other: Ledger;
let connection: Connection;
let lock: ProcessLock;
let runs: StartedRun[];

/** A worker that holds its lock, with two attempts under way. */
beforeEach(async () => {
  ledger = await database.open();
  other = await database.open();
  connection = await database.connect();
  lock = await ledger.holdLock(worker);
  runs = [await start(ledger), await start(ledger)];
});

const silent = () => silentHolders(connection, silentMs);
const passTime = () => database.run(`UPDATE locks SET renewed_at = renewed_at - ${silentMs + 1}`);
const endSilent = (run: StartedRun) => other.conclude(conclusionOf(run, endingOf("silent", error)));
const rows = () => connection.rows("SELECT id FROM locks");

async function adopt({ runId, claimId }: StartedRun): Promise<void> {
  const claim = claimBy("worker-2");
  await other.execute(runId, { type: "adopt", fromClaimId: claimId, evidence: "free", ...claim }, actor);
  await other.forgetLock(worker);
}

it("one that has left its attempts to others is silent when its time has passed, and not at once", async () => {
  await lock.release();
  expect(await other.isLockFree(worker)).toBe(true);
  expect(await silent()).toEqual([]);
  await passTime();
  expect(await silent()).toEqual([worker]);
});

it("one whose time is to come has renewed by another clock, and long ago", async () => {
  await database.run("UPDATE locks SET renewed_at = renewed_at + 3600000");
  expect(await silent()).toEqual([worker]);
});

it("one whose process closes the ledger is not silent at once, either", async () => {
  await ledger.close();
  expect(await other.isLockFree(worker)).toBe(true);
  expect(await silent()).toEqual([]);
});

it("while somebody adopts one of its attempts, nothing is said of the others; what it has left goes with the last", async () => {
  await ledger.close();
  const [first, second] = runs as [StartedRun, StartedRun];
  await other.holdLock("worker-2");
  await adopt(first);
  expect(await silent()).toEqual([]);
  await adopt(second);
  expect(await rows()).toEqual([{ id: "worker-2" }]);
});

it("nothing ends by the silence of one that was heard of after somebody looked", async () => {
  await passTime();
  expect(await silent()).toEqual([worker]);
  await ledger.renew(worker);
  for (const run of runs) {
    expect(await codeOf(endSilent(run))).toBe("run.claim-lost");
    expect(await other.getRun(run.runId)).toMatchObject({ status: "starting", attempt: { outcome: null } });
  }
});

it("who ends by silence waits for a word that is on its way", async () => {
  await passTime();
  await begin(connection);
  await renewLock(connection, worker);
  const ended = codeOf(endSilent(runs[0] as StartedRun));
  // It waits by now, or will come to it later.
  await silent();
  await connection.run("COMMIT");
  expect(await ended).toBe("run.claim-lost");
});

it("one that stays silent ends one of its attempts after the other", async () => {
  await passTime();
  for (const run of runs) await endSilent(run);
  for (const { runId } of runs) expect(await other.getRun(runId)).toMatchObject({ status: "lost" });
  await lock.release();
  expect(await rows()).toEqual([]);
});
