import { expect, test } from "vitest";
import { computeFields, type Look } from "./computed.ts";
import { decide } from "./decide.ts";
import type { EventData, LedgerEvent, NewEvent } from "./events.ts";
import { effectiveLimits } from "./limits.ts";
import type { QueueView } from "./queue-view.ts";
import { evolve, type Run } from "./run.ts";
import { noUsage } from "./usage.ts";

const claim = { worker: "w", place: { bootId: "b", pidns: "p" }, claimId: "c" };
const queued: EventData<"run.queued"> = {
  kind: "command",
  subject: { kind: "command", id: "exec x", digest: `sha256:${"0".repeat(64)}` },
  agent: null,
  name: null,
  params: {},
  seed: null,
  labels: {},
  priority: "normal",
  limits: effectiveLimits("command"),
  retryPolicy: { retries: 2, backoffMs: 1000, origins: ["lost"] },
  experimentId: null,
  trial: 1,
  minScore: null,
  againOf: null,
  imported: false,
  who: "ada",
};
const at = "2026-11-22T10:00:00.000Z";
const nowMs = Date.parse("2026-11-22T10:00:09.000Z");

/** A run that nobody has claimed yet. */
function runQueued(labels: Record<string, string>, experimentId: string | null = null): Run {
  const data = { ...queued, labels, experimentId };
  return evolve(null, {
    ...{ position: 1, runId: "r", seq: 1, attempt: null, v: 1, at, recordedAt: at, actor: "t" },
    ...{ type: "run.queued", data },
  } as LedgerEvent);
}

const nobody: QueueView = { limits: [], workers: [], workedOff: new Set() };

/** A run to which these things happened, all at the same moment. */
function runAfter(...more: NewEvent[]): Run {
  const decision = decide(null, { type: "queue", data: queued, claim }, 0);
  const events = [...(decision.isAccepted ? decision.events : []), ...more];
  let run: Run | null = null;
  for (const [index, event] of events.entries()) {
    const seq = index + 1;
    run = evolve(run, {
      position: seq,
      runId: "r",
      seq,
      attempt: seq > 1 ? 1 : null,
      v: 1,
      at,
      recordedAt: at,
      actor: "t",
      ...event,
    } as LedgerEvent);
  }
  if (run === null) throw new Error("no event");
  return run;
}

const orphaned: NewEvent = { type: "attempt.orphaned", data: { evidence: "lock free" } };
const look = (isWorkerAlive: boolean | null, isRunnerAlive: boolean | null): Look => ({
  isWorkerAlive,
  isRunnerAlive,
  nowMs,
});

test("a run whose worker lives is live, whatever is known of its runner", () => {
  for (const runner of [true, false, null])
    expect(computeFields(runAfter(), look(true, runner)).liveness?.state).toBe("live");
});

test("a runner that lives on without a worker is unsupervised, and ends itself after orphan_s", () => {
  const { liveness } = computeFields(runAfter(orphaned), look(false, true));
  expect(liveness).toMatchObject({ state: "unsupervised", since: at, endsItselfAt: "2026-11-22T10:10:00.000Z" });
});

test("a run whose worker and runner are gone is stale until somebody concludes it", () => {
  expect(computeFields(runAfter(orphaned), look(false, false)).liveness?.state).toBe("stale");
});

test("what could not be looked at is unknown, never live and never gone", () => {
  expect(computeFields(runAfter(), look(null, null)).liveness?.state).toBe("unknown");
  expect(computeFields(runAfter(), look(null, true)).liveness?.state).toBe("unknown");
  expect(computeFields(runAfter(), look(false, null)).liveness?.state).toBe("unknown");
});

test("a run waits on its oldest open call, for as long as the clock says", () => {
  const call: NewEvent = { type: "tool.called", data: { callId: "1", tool: "submit", args: {} } };
  expect(computeFields(runAfter(call), look(true, true)).waitingOn).toEqual({
    what: "tool submit",
    since: at,
    note: null,
    ms: 9000,
  });
});

test("a run that waits for its retry says which and until when; later it waits for a worker", () => {
  const until = "2026-11-22T10:00:20.000Z";
  const ended: NewEvent = {
    type: "attempt.ended",
    data: {
      outcome: "lost",
      evidence: {} as never,
      error: null,
      usage: noUsage,
      score: null,
      passed: null,
      endedBy: null,
      checkpoint: null,
    },
  };
  const retry: NewEvent = { type: "run.retry_scheduled", data: { why: "policy", notBefore: until, error: null } };
  const run = runAfter(ended, retry);
  expect(computeFields(run, look(null, null)).waitingFor).toEqual([
    { reason: "retry", message: "retry 1 of 2", until },
  ]);
  const later = computeFields(run, { ...look(null, null), nowMs: Date.parse(until) });
  expect(later.waitingFor.map(({ reason }) => reason)).toEqual(["worker"]);
});

test("a queued run says what it waits for: each limit without room, and the worker that is missing", () => {
  const worker = {
    ...{ worker: "w", kinds: ["command" as const], agents: null, labels: {} },
    ...{ isAlive: true, isDraining: false, freeSlots: 1 },
  };
  const waitingFor = (view: Partial<QueueView>) =>
    computeFields(runQueued({ team: "a" }), look(null, null), { ...nobody, workers: [worker], ...view }).waitingFor;
  const full = { key: "label:team=a", max: 2, used: 3 };
  expect(waitingFor({ limits: [full, { key: "label:team=b", max: 0, used: 0 }] })).toEqual([
    { reason: "limit", message: "limit label:team=a: 3 of 2 in use", until: null },
  ]);
  expect(waitingFor({ limits: [full], workers: [] }).map(({ reason }) => reason)).toEqual(["limit", "worker"]);
  const words = (...workers: QueueView["workers"]) => waitingFor({ workers }).map(({ message }) => message);
  expect(words()).toEqual(["no worker"]);
  expect(words({ ...worker, isAlive: false }, { ...worker, isDraining: true })).toEqual(["no worker"]);
  expect(words({ ...worker, kinds: ["benchmark"] })).toEqual(["no worker takes kind command"]);
  expect(words({ ...worker, labels: { gpu: "1" } })).toEqual(["no worker takes runs without the label gpu=1"]);
  expect(words({ ...worker, freeSlots: 0 })).toEqual(["every worker that takes it is busy"]);
  expect(words({ ...worker, freeSlots: 0 }, { ...worker, freeSlots: null })).toEqual(["waits for its turn"]);
  expect(words(worker)).toEqual(["waits for its turn"]);
  const stopped = { ...worker, isStopped: true };
  expect(words(stopped)).toEqual(["every worker that takes it is stopped"]);
  expect(words(stopped, { ...worker, freeSlots: 0 })).toEqual(["every worker that takes it is busy"]);
  expect(words(stopped, worker)).toEqual(["waits for its turn"]);
});

test("a run of an experiment that a command works off waits for its turn there, whoever else takes it or not", () => {
  const full = { key: "label:team=a", max: 2, used: 2 };
  const reasons = (experimentId: string | null, view: Partial<QueueView> = {}) =>
    computeFields(runQueued({ team: "a" }, experimentId), look(null, null), {
      ...{ ...nobody, workedOff: new Set(["e"]) },
      ...view,
    }).waitingFor.map(({ message }) => message);
  expect(reasons("e")).toEqual(["waits for its turn"]);
  expect(reasons("e", { limits: [full] })).toEqual(["limit label:team=a: 2 of 2 in use"]);
  expect([reasons("other"), reasons(null)]).toEqual([["no worker"], ["no worker"]]);
});

test("a run at its end has no liveness and waits for nothing", () => {
  const end: NewEvent = { type: "run.cancelled", data: { noProcess: true } };
  expect(computeFields(runAfter(end), look(true, true))).toMatchObject({
    liveness: null,
    waitingFor: [],
    waitingOn: null,
  });
});
