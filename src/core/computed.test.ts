import { expect, test } from "vitest";
import { computeFields, type Look } from "./computed.ts";
import { decide } from "./decide.ts";
import type { EventData, LedgerEvent, NewEvent } from "./events.ts";
import { effectiveLimits } from "./limits.ts";
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

test("a run at its end has no liveness and waits for nothing", () => {
  const end: NewEvent = { type: "run.cancelled", data: { noProcess: true } };
  expect(computeFields(runAfter(end), look(true, true))).toMatchObject({
    liveness: null,
    waitingFor: [],
    waitingOn: null,
  });
});
