// The queue: who gets which run, and the workers that take from it.

import { expect, it } from "vitest";
import { effectiveLimits } from "../../core/limits.ts";
import type { Abilities } from "../ledger.ts";
import {
  actor,
  agentOf,
  claimAll,
  claimBy,
  findings,
  ingest,
  lose,
  queue,
  type Subject,
  setLimit,
  start,
  startedRecord,
  takesAny,
  workerData,
} from "./samples.contract.ts";

export function queueClaims(subject: () => Subject): void {
  whoGetsWhat(subject);
  workersAreListed(subject);
}

function whoGetsWhat(subject: () => Subject): void {
  it("a worker takes the first run by priority and age that it can, whatever others are before it", async () => {
    const { ledger } = subject();
    await queue(ledger, { priority: "high", labels: { gpu: "yes" }, kind: "command", agent: null });
    await queue(ledger, { priority: "high", agent: agentOf("other") });
    const low = await queue(ledger, { priority: "low", labels: { team: "a" } });
    const older = await queue(ledger, { labels: { team: "a" } });
    const younger = await queue(ledger, { labels: { team: "b" } });
    const high = await queue(ledger, { priority: "high", labels: { team: "c" } });
    const can: Abilities = { kinds: ["benchmark"], agents: ["deterministic"], labels: {} };
    expect(await claimAll(ledger, can)).toEqual([high, older, younger, low]);
    expect((await claimAll(ledger, takesAny)).length).toBe(2);
  });

  it("a worker with labels takes only runs that carry all of them", async () => {
    const { ledger } = subject();
    await queue(ledger);
    await queue(ledger, { labels: { gpu: "no", team: "a" } });
    const both = await queue(ledger, { labels: { team: "a", gpu: "yes", more: "x" } });
    const picky = { ...takesAny, labels: { gpu: "yes", team: "a" } };
    expect(await claimAll(ledger, picky)).toEqual([both]);
    expect((await claimAll(ledger, takesAny)).length).toBe(2);
  });

  it("a run that waits for its retry holds up none of those behind it", async () => {
    const { ledger } = subject();
    const waiting = await start(ledger, {
      priority: "high",
      retryPolicy: { retries: 1, backoffMs: 3_600_000, origins: ["lost"] },
    });
    await ingest(ledger, waiting, startedRecord);
    await lose(ledger, waiting);
    expect((await ledger.getRun(waiting.runId))?.status).toBe("queued");
    const same = await queue(ledger);
    const blocked = await queue(ledger, { priority: "high", labels: { blocked: "yes" } });
    await setLimit(ledger, "label:blocked=yes", 0);
    expect(await claimAll(ledger, takesAny)).toEqual([same]);
    await setLimit(ledger, "label:blocked=yes", null);
    expect(await claimAll(ledger, takesAny)).toEqual([blocked]);
  });

  it("runs that are held, cancelled or retried leave and enter their lane", async () => {
    const { ledger } = subject();
    const [paused, cancelled] = [await queue(ledger), await queue(ledger)];
    await ledger.execute(paused, { type: "pause" }, actor);
    await ledger.execute(cancelled, { type: "cancel", graceMs: 0 }, actor);
    expect(await claimAll(ledger, takesAny)).toEqual([]);
    await ledger.execute(cancelled, { type: "retry", claim: null }, actor);
    await ledger.execute(paused, { type: "resume", claim: null }, actor);
    expect(await claimAll(ledger, takesAny)).toEqual([paused, cancelled]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("a paused run is resumed and claimed in one step by who takes it", async () => {
    const { ledger } = subject();
    const runId = await queue(ledger);
    await ledger.execute(runId, { type: "pause" }, actor);
    const { run, events } = await ledger.execute(runId, { type: "resume", claim: claimBy("w") }, actor);
    expect(events.map(({ type }) => type)).toEqual(["run.resumed", "attempt.claimed"]);
    expect([run.status, run.attempt?.worker]).toEqual(["starting", "w"]);
  });
}

function workersAreListed(subject: () => Subject): void {
  it("workers that take from the queue are listed from their start until they are gone", async () => {
    const { ledger } = subject();
    const own = { worker: "w0", place: { bootId: "b", pidns: "p" }, pid: 1 };
    await ledger.record({ type: "worker.started", data: own }, "worker");
    const first = await ledger.record({ type: "worker.started", data: workerData("w1") }, "worker");
    await ledger.record({ type: "worker.started", data: workerData("w2") }, "worker");
    const { slots, can, build, place, pid } = workerData("w1");
    const w1 = { worker: "w1", place, pid, startedAt: first.recordedAt, slots, can, build, isDraining: false };
    expect((await ledger.listWorkers())[0]).toEqual(w1);
    await ledger.record({ type: "worker.drained", data: { worker: "w1" } }, "worker");
    await ledger.record({ type: "worker.gone", data: { worker: "w2", evidence: "its lock is free" } }, "worker");
    await ledger.record({ type: "worker.gone", data: { worker: "w0", evidence: "it ended" } }, "worker");
    expect(await ledger.listWorkers()).toEqual([{ ...w1, isDraining: true }]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("a worker that was taken for gone and starts again is listed, also by what is made anew", async () => {
    const { ledger } = subject();
    const data = workerData("w1");
    await ledger.record({ type: "worker.started", data }, "worker");
    await ledger.record({ type: "worker.drained", data: { worker: "w1" } }, "worker");
    await ledger.record({ type: "worker.gone", data: { worker: "w1", evidence: "it was not heard of" } }, "worker");
    expect(await ledger.listWorkers()).toEqual([]);
    const { recordedAt: startedAt } = await ledger.record({ type: "worker.started", data }, "worker");
    const again = [{ ...data, startedAt, isDraining: false }];
    expect(await ledger.listWorkers()).toEqual(again);
    expect(await findings(ledger)).toEqual([]);
    await ledger.rebuild();
    expect(await ledger.listWorkers()).toEqual(again);
    expect(await findings(ledger)).toEqual([]);
  });

  it("supervisors are those of attempts under way, each once", async () => {
    const { ledger } = subject();
    expect(await ledger.supervisors()).toEqual([]);
    const first = await start(ledger);
    await start(ledger);
    await queue(ledger);
    await ledger.claim(claimBy("another"), takesAny);
    expect(await ledger.supervisors()).toMatchObject([{ worker: "another" }, { worker: "worker-1" }]);
    const { runId, claimId } = first;
    await ledger.execute(runId, { type: "orphan", claimId, evidence: "test" }, actor);
    expect(await ledger.supervisors()).toMatchObject([{ worker: "another" }, { worker: "worker-1" }]);
  });

  it("a queued run is overdue once its queue limit has passed, ends by that, and no other does", async () => {
    const { ledger } = subject();
    const limits = (queue_s: number) => ({ limits: { ...effectiveLimits("benchmark"), queue_s } });
    const overdue = await queue(ledger, limits(0));
    await queue(ledger, limits(3_600));
    await queue(ledger);
    expect(await ledger.overdueRuns(10)).toEqual([overdue]);
    const { run } = await ledger.execute(overdue, { type: "expire" }, actor);
    expect(run).toMatchObject({ status: "timed_out", error: { code: "limit.queue_s" } });
    expect(await ledger.overdueRuns(10)).toEqual([]);
    const started = await queue(ledger, limits(0));
    await ledger.execute(started, { type: "claim", ...claimBy("worker-1") }, actor);
    expect(await ledger.overdueRuns(10)).toEqual([]);
    expect(await findings(ledger)).toEqual([]);
  });
}
