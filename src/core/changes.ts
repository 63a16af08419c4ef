// What each event changes in a run: the table behind `evolve`. Its type makes it whole: an event type without a row
// does not compile.

import type { EventData, EventType, KnownEvent, Usage } from "./events.ts";
import type { RunLimits } from "./limits.ts";
import type { TerminalStatus } from "./moves.ts";
import type { Attempt, OpenCall, Run } from "./run-state.ts";
import { addTime } from "./run-time.ts";
import { addUsage, noUsage } from "./usage.ts";

/** A run as its first event makes it. */
export function newRun(event: KnownEvent, data: EventData<"run.queued">): Run {
  return {
    id: event.runId ?? "",
    kind: data.kind,
    subject: data.subject,
    agent: data.agent,
    name: data.name,
    params: data.params,
    experimentId: data.experimentId,
    trial: data.trial,
    seed: data.seed,
    labels: data.labels,
    priority: data.priority,
    limits: data.limits as RunLimits,
    retryPolicy: data.retryPolicy,
    minScore: data.minScore,
    againOf: data.againOf,
    imported: data.imported,
    who: data.who,
    status: "queued",
    ...emptyResult,
    attempt: null,
    failuresInRow: 0,
    givenBackInRow: 0,
    notBefore: null,
    checkpoint: null,
    cancel: null,
    deleteRequested: false,
    late: null,
    queuedAt: event.recordedAt,
    queuedSince: event.recordedAt,
    startedAt: null,
    endedAt: null,
    lastEventAt: event.recordedAt,
    usageEnded: noUsage,
    seq: 0,
    position: 0,
  };
}

/** What is empty at the beginning and at each new claim. */
const emptyResult = {
  endedBy: null,
  score: null,
  passed: null,
  scoring: null,
  error: null,
  phase: null,
  progress: null,
  step: null,
  stepsDone: 0,
  openCalls: [],
} satisfies Partial<Run>;

const nothing = (): Partial<Run> => ({});

/** What each event changes; the type makes the table whole. */
export const changes: { [T in EventType]: (run: Run, event: KnownEvent, data: EventData<T>) => Partial<Run> } = {
  "run.queued": (run) => {
    throw new Error(`run ${run.id} was queued twice`);
  },
  "run.pause_requested": () => ({ status: "pausing" }),
  "run.paused": (_run, _event, data) => ({ status: "paused", checkpoint: data.checkpoint, ...atRest }),
  "run.resumed": (_run, event) => ({ status: "queued", queuedSince: event.recordedAt, ...byPerson }),
  "run.cancel_requested": (_run, event, data) => ({
    status: "cancelling",
    cancel: { requestedAt: event.recordedAt, graceMs: data.graceMs, by: event.actor },
  }),
  "run.cancelled": (run, event) => ({
    ...ended("cancelled", event),
    cancel: run.cancel ?? { requestedAt: event.recordedAt, graceMs: 0, by: event.actor },
  }),
  "run.completed": (run, event, data) => ({
    ...ended("completed", event),
    endedAt: run.attempt?.finishedAt ?? event.recordedAt,
    score: data.score,
    passed: data.passed,
    endedBy: data.endedBy,
    scoring: run.attempt?.recorded?.scoring ?? null,
  }),
  "run.failed": (run, event, data) => ({
    ...ended("failed", event),
    endedAt: run.attempt?.finishedAt ?? event.recordedAt,
    error: data.error,
  }),
  "run.timed_out": (_run, event, data) => ({
    ...ended("timed_out", event),
    error: data.error,
    endedBy: `limit:${data.limit}`,
  }),
  "run.lost": (_run, event, data) => ({ ...ended("lost", event), error: data.error }),
  "run.retry_scheduled": (run, event, data) => ({
    status: "queued",
    queuedSince: event.recordedAt,
    notBefore: data.notBefore,
    error: data.error,
    ...atRest,
    ...(data.why === "policy" ? fromTheStart(run) : {}),
  }),
  "run.retried": (run, event) => ({
    ...emptyResult,
    status: "queued",
    queuedSince: event.recordedAt,
    endedAt: null,
    cancel: null,
    ...byPerson,
    ...fromTheStart(run),
  }),
  "run.delete_requested": () => ({ deleteRequested: true }),
  "run.deleted": nothing,

  "attempt.claimed": (run, event, data) => ({
    ...emptyResult,
    ...(run.checkpoint === null ? anew(run) : run.atCheckpoint),
    status: "starting",
    notBefore: null,
    attempt: {
      number: event.attempt ?? 0,
      claimId: data.claimId,
      worker: data.worker,
      place: data.place,
      claimedAt: event.recordedAt,
      startedAt: null,
      pid: null,
      build: null,
      containment: null,
      orphanedAt: null,
      outcome: null,
      finishedAt: null,
      usage: noUsage,
      recorded: null,
      endedBy: null,
    },
    startedAt: run.startedAt,
  }),
  "attempt.started": (run, event, data) => ({
    status: run.status === "starting" ? "running" : run.status,
    startedAt: run.startedAt ?? event.recordedAt,
    givenBackInRow: 0,
    ...inAttempt(run, {
      startedAt: event.recordedAt,
      pid: data.pid,
      build: data.build,
      containment: data.containment,
    }),
  }),
  "attempt.orphaned": (run, event) => inAttempt(run, { orphanedAt: event.recordedAt }),
  "attempt.adopted": (run, _event, data) =>
    inAttempt(run, { claimId: data.claimId, worker: data.worker, place: data.place, orphanedAt: null }),
  "attempt.ended": (run, event, data) => {
    // Nobody saw it end: what the runner said counts, not the moment at which somebody looked.
    const finishedAt = data.evidence.seenBy === "supervisor" ? null : (data.evidence.finish?.at ?? null);
    return {
      ...inAttempt(run, { outcome: data.outcome, usage: data.usage, orphanedAt: null, finishedAt }),
      ...addTime(run, finishedAt ?? event.recordedAt),
      usageEnded: addUsage(run.usageEnded, data.usage),
      openCalls: [],
      checkpoint: data.checkpoint ?? run.checkpoint,
      ...(data.checkpoint === null ? {} : stepsOf(run)),
      failuresInRow: countsAsFailure(data.outcome) ? run.failuresInRow + 1 : run.failuresInRow,
      givenBackInRow: data.outcome === "given_back" ? run.givenBackInRow + 1 : 0,
    };
  },
  "attempt.late": (run, _event, data) => ({
    late: {
      records: (run.late?.records ?? 0) + data.records,
      claims: data.claims ?? run.late?.claims ?? null,
      score: data.score ?? run.late?.score ?? null,
    },
  }),

  "run.progressed": (run, _event, data) => ({
    phase: data.phase ?? run.phase,
    progress:
      data.done === undefined && data.message === undefined
        ? run.progress
        : { done: data.done ?? null, total: data.total ?? null, message: data.message ?? null },
  }),
  "step.started": (_run, event, data) => ({ step: { name: data.step, since: event.at } }),
  "step.completed": (run) => ({ step: null, stepsDone: run.stepsDone + 1 }),
  "step.failed": () => ({ step: null }),
  "agent.finished": (run, _event, data) =>
    inAttempt(run, { endedBy: data.how === "limit" ? `limit:${data.limit ?? "unknown"}` : "agent" }),
  "agent.messaged": nothing,
  "model.requested": (run, event, data) => callOpened(run, { ...data, what: `model ${data.model}`, since: event.at }),
  "model.retried": (run, _event, { callId, try: next, triesMax, cause }) => ({
    openCalls: run.openCalls.map((call) =>
      call.callId === callId ? { ...call, note: `try ${next} of ${triesMax}: ${cause}` } : call,
    ),
  }),
  "model.answered": (run, _event, data) => ({
    ...callClosed(run, data.callId),
    ...(data.purpose === "judge" || data.replayed ? {} : addToUsage(run, usageOfAnswer(data))),
  }),
  "model.failed": (run, _event, data) => ({
    ...callClosed(run, data.callId),
    ...(data.purpose === "judge" ? {} : addToUsage(run, { ...noUsage, modelCalls: 1 })),
  }),
  "tool.called": (run, event, data) => ({
    ...callOpened(run, { callId: data.callId, what: `tool ${data.tool}`, since: event.at }),
    ...addToUsage(run, { ...noUsage, toolCalls: 1 }),
  }),
  "tool.returned": (run, _event, data) => callClosed(run, data.callId),
  "transaction.executed": nothing,
  "score.recorded": (run, _event, data) =>
    inAttempt(run, { recorded: { score: data.score, passed: data.passed, scoring: data.scoring ?? null } }),
  "log.written": nothing,
  "artifact.written": nothing,
  "experiment.planned": nothing,
  "limit.set": nothing,
  "span.received": nothing,
  "catalog.changed": nothing,
  "token.created": nothing,
  "token.revoked": nothing,
  "worker.started": nothing,
  "worker.drained": nothing,
  "worker.gone": nothing,
};

/** Calls in flight that a run remembers; further ones are in its events. */
const openCallsMax = 64;

function callOpened(run: Run, { callId, what, since }: OpenCall): Partial<Run> {
  return { openCalls: [...run.openCalls, { callId, what, since }].slice(-openCallsMax) };
}

function callClosed(run: Run, callId: string): Partial<Run> {
  return { openCalls: run.openCalls.filter((call) => call.callId !== callId) };
}

/** What a model's answer adds to what the run has used. */
function usageOfAnswer({ usage, costUsd }: EventData<"model.answered">): Usage {
  return { ...noUsage, tokens: (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0), costUsd, modelCalls: 1 };
}

/** What stops when no process works on the run. */
const atRest = { phase: null, step: null, openCalls: [] } satisfies Partial<Run>;

/** What a new checkpoint keeps of the steps. */
function stepsOf({ checkpoint, atCheckpoint, step, stepsDone }: Run): Pick<Run, "atCheckpoint"> {
  // Builds of before kept nothing at the checkpoint that this attempt went on from: its own steps alone are no count.
  if (checkpoint !== null && atCheckpoint === undefined) return {};
  return { atCheckpoint: { step, stepsDone } };
}

/** What the attempts before this one used is no part of what it may use. */
function anew({ attempt, usageEnded }: Run): Pick<Run, "usageBefore"> {
  return attempt === null ? {} : { usageBefore: usageEnded };
}

/** A person's command starts the policy's count anew. */
const byPerson = { failuresInRow: 0, givenBackInRow: 0, notBefore: null } satisfies Partial<Run>;

/** A retried benchmark starts anew: what its agent did before would be a second chance. */
function fromTheStart(run: Run): Partial<Run> {
  return run.kind === "benchmark" ? { checkpoint: null } : {};
}

function ended(status: TerminalStatus, event: KnownEvent): Partial<Run> {
  return { status, endedAt: event.recordedAt, notBefore: null, ...atRest };
}

function inAttempt(run: Run, change: Partial<Attempt>): Partial<Run> {
  return run.attempt === null ? {} : { attempt: { ...run.attempt, ...change } };
}

function addToUsage(run: Run, usage: Usage): Partial<Run> {
  return run.attempt === null ? {} : inAttempt(run, { usage: addUsage(run.attempt.usage, usage) });
}

/** What the policy's tries are counted by; being orphaned is nobody's failure. */
function countsAsFailure(outcome: NonNullable<Attempt["outcome"]>): boolean {
  return outcome === "failed" || outcome === "limit" || outcome === "lost";
}
