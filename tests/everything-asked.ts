// Every operation of the ledger that users and workers wait for, each at least once: all but those that are about the
// whole (verify without ids, rebuild).

import { newRunId } from "../src/core/ids.ts";
import { samplePlan } from "../src/ledger/contract/experiments.contract.ts";
import {
  actor,
  claimBy,
  claimOne,
  complete,
  conclusionOf,
  endingOf,
  findings,
  ingest,
  lose,
  queue,
  scoreRecord,
  setLimit,
  start,
  startedRecord,
  takesAny,
  workerData,
} from "../src/ledger/contract/samples.contract.ts";
import type { Ledger, RunFilter } from "../src/ledger/ledger.ts";
import type { GrownLedger } from "./grown-ledger.ts";

export async function askEverything(ledger: Ledger, grown: GrownLedger): Promise<void> {
  await askWrites(ledger);
  await askQueue(ledger);
  await askLists(ledger, grown);
  await askAccess(ledger, grown);
  await askOfRun(ledger, grown.completedId);
  await askOfLedger(ledger, grown);
}

async function askWrites(ledger: Ledger): Promise<void> {
  const run = await start(ledger, { labels: { team: "a" } });
  await ingest(ledger, run, startedRecord);
  await ingest(ledger, run, scoreRecord);
  await lose(ledger, run);
  await ledger.execute(run.runId, { type: "retry", claim: null }, actor);
  await ledger.executeAll([{ runId: run.runId, command: { type: "cancel", graceMs: 0 } }], actor);
  for (const stream of ["stdout", "stderr"] as const) {
    await ledger.putLog([{ runId: run.runId, attempt: 1, stream, offset: 0, bytes: new Uint8Array(100_000) }]);
  }
  await ledger.getBlob(await ledger.putBlob(new Uint8Array(600_000)));
  await ledger.execute(run.runId, { type: "delete", isForced: false }, actor);
  const { runId } = await complete(ledger);
  await ledger.copyRun(runId, await ledger.readRows(runId, 0, 100));
  const plan = await samplePlan(ledger, { subjects: 3, trials: 1 });
  await ledger.planExperiment(plan, actor);
  await ledger.planRow(plan.id);
}

async function askQueue(ledger: Ledger): Promise<void> {
  const ours = { labels: { only: "ours" }, priority: "low" as const };
  const runId = await queue(ledger, ours);
  await setLimit(ledger, "label:only=ours", 1);
  await claimOne(ledger);
  // Not the first of the queue: the lanes are looked at.
  await queue(ledger, { kind: "command", priority: "low" });
  await ledger.claim(claimBy("w-1"), { ...takesAny, kinds: ["command"] });
  await ledger.execute(runId, { type: "claim", ...claimBy("w-1") }, actor);
  await ledger.liveAttempts("w-1");
  const [live] = (await ledger.liveAttempts()).filter((attempt) => attempt.runId === runId);
  if (live !== undefined) {
    const { attempt, claimId } = live;
    const error = { code: "runner.gone", origin: "runner" as const, message: "test" };
    await ledger.conclude(conclusionOf({ runId, attempt, claimId } as never, endingOf("gone", error)));
  }
  await setLimit(ledger, "label:only=ours", null);
  await ledger.overdueRuns(10);
}

async function askLists(ledger: Ledger, { experimentId }: GrownLedger): Promise<void> {
  const filters: RunFilter[] = [
    {},
    { statuses: ["queued"] },
    { statuses: ["failed", "lost"] },
    { kind: "benchmark" },
    { subject: "0017" },
    { agent: "deterministic3" },
    { passed: true },
    { experimentId },
    { label: { key: "team", value: "c" } },
    { label: { key: "team", value: "c" }, statuses: ["completed"], subject: "0017" },
    { sinceMs: Date.now(), untilMs: Date.now() + 3_600_000_000 },
    { agent: "nobody" },
    { subjectPrefix: "001" },
    { subjectPrefix: "0", statuses: ["completed"] },
    { subjectPrefix: "0", agent: "deterministic3" },
  ];
  for (const filter of filters) {
    await ledger.countFound(filter);
    for (const order of ["newest", "oldest"] as const) {
      const { nextToken } = await ledger.listRuns(filter, { order, pageSize: 20 });
      if (nextToken !== null) await ledger.listRuns(filter, { order, pageSize: 20, pageToken: nextToken });
    }
  }
  await ledger.countRuns();
  await ledger.countRuns("0017");
}

async function askAccess(ledger: Ledger, { completedId }: GrownLedger): Promise<void> {
  const token = { id: "t1", name: "t", scopes: ["read" as const], expiresAt: null, hash: "a".repeat(64), who: actor };
  await ledger.createToken(token, actor);
  await ledger.record({ type: "token.revoked", data: { id: "t1", who: actor } }, actor);
  await ledger.getToken("t1");
  await ledger.listTokens();
  const change = { added: ["b"], changed: [], removed: [], failed: [], who: actor };
  const digests = { b: `sha256:${"b".repeat(64)}` };
  await ledger.record({ type: "catalog.changed", data: { ...change, scope: "s", digests } }, actor);
  await ledger.record({ type: "catalog.changed", data: { ...change, added: [], removed: ["b"], scope: "s" } }, actor);
  await ledger.readCatalog("s", 0);
  for (const of of [
    { subject: null },
    { subject: "17" },
    { agent: "agent-3", digest: "d" },
    { agent: "agent-3", subject: null },
  ]) {
    await ledger.agentTallies({ ...of, limit: 100 });
  }
  const { nextToken } = await ledger.listExperiments({ pageSize: 5 });
  await ledger.listExperiments({ pageSize: 5, pageToken: nextToken });
  for (const types of [null, ["run.queued"]]) {
    const of = { runId: completedId, types, limit: 10 };
    await ledger.pickEvents({ ...of, from: 0, direction: "after" });
    await ledger.pickEvents({ ...of, from: 100, direction: "before" });
  }
}

async function askOfRun(ledger: Ledger, runId: string): Promise<void> {
  const of = { runId, attempt: 1, stream: "stdout" as const };
  await ledger.getRun(runId);
  await ledger.getRun(newRunId());
  await ledger.findRuns(runId.slice(-6), 3);
  await ledger.newestRun(3);
  await ledger.isDeleted(runId);
  await ledger.journalCursor(runId, 1);
  await ledger.readEvents(runId, 0, 100);
  await ledger.linkAt(runId, 1);
  await ledger.readLog({ ...of, offset: 0, limit: 100 });
  await ledger.logSize(of);
  await ledger.logCut(of);
  await findings(ledger, [runId]);
}

async function askOfLedger(ledger: Ledger, { experimentId }: GrownLedger): Promise<void> {
  await ledger.record({ type: "worker.started", data: workerData("w-1") }, actor);
  await ledger.record({ type: "worker.drained", data: { worker: "w-1" } }, actor);
  await ledger.listWorkers();
  await ledger.record({ type: "worker.gone", data: { worker: "w-1", evidence: "test" } }, actor);
  await ledger.listLimits();
  await ledger.databaseState();
  await ledger.supervisors();
  const lock = await ledger.holdLock("w-1");
  await ledger.renew("w-1");
  await ledger.isLockFree("w-1");
  await lock.release();
  await ledger.forgetLock("w-1");
  await ledger.silentWorkers();
  await ledger.getExperiment(experimentId);
  await ledger.findExperiments(experimentId.slice(-6), 3);
  const { cursor } = await ledger.readAll(null, 100);
  await ledger.readAll(cursor, 100);
  await ledger.readAll(await ledger.headCursor(), 100);
}
