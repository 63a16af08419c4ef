// What a command does to a run, as events or as a refusal with its reason. Pure: ids and the clock are arguments.

import type { ErrorCode } from "./errors.ts";
import type { EventData, NewEvent, Place } from "./events.ts";
import { commandMoves, isTerminal, type RunCommandName } from "./moves.ts";
import type { Attempt, Run } from "./run.ts";

export type Claim = { worker: string; place: Place; claimId: string };

export type RunCommand =
  | { type: "queue"; data: EventData<"run.queued">; claim: Claim | null }
  | ({ type: "claim" } & Claim)
  | { type: "pause" }
  | { type: "resume"; claim: Claim | null }
  | { type: "cancel"; graceMs: number }
  | { type: "retry"; claim: Claim | null }
  | { type: "delete"; isForced: boolean }
  /** The queue limit has passed. */
  | { type: "expire" }
  | { type: "orphan"; claimId: string; evidence: string }
  | ({ type: "adopt"; fromClaimId: string; evidence: string } & Claim)
  /** Spans that the run's agent has sent of itself. */
  | { type: "receiveSpans"; spans: EventData<"span.received">[] };

export type Decision =
  | { isAccepted: true; events: NewEvent[] }
  | { isAccepted: false; code: ErrorCode; detail: string };

/** Grace that a cancel without one gets, when the run's own limit is off. */
const graceMsDefault = 5_000;

/** Decides a command on the state that it reads; `nowMs` is the ledger's clock (Unix milliseconds). */
export function decide(run: Run | null, command: RunCommand, nowMs: number): Decision {
  if (command.type === "queue") return decideQueue(run, command);
  if (run === null) return refuse("run.not-found", "there is no such run");
  switch (command.type) {
    case "claim":
      return decideClaim(run, command, nowMs);
    case "pause":
      return decidePause(run);
    case "resume":
      return decideResume(run, command.claim);
    case "cancel":
      return decideCancel(run, command.graceMs);
    case "retry":
      return decideRetry(run, command.claim);
    case "delete":
      return decideDelete(run, command.isForced);
    case "expire":
      return decideExpiry(run, nowMs);
    case "orphan":
      return ofLiveAttempt(run, command.claimId, () => ({
        type: "attempt.orphaned",
        data: { evidence: command.evidence },
      }));
    case "adopt":
      return ofLiveAttempt(run, command.fromClaimId, () => ({
        type: "attempt.adopted",
        data: { ...claimData(command), evidence: command.evidence },
      }));
    case "receiveSpans":
      return decideSpans(run, command.spans);
  }
}

/** Only a run that is under way takes spans, and no more than its limit on events allows. */
function decideSpans(run: Run, spans: EventData<"span.received">[]): Decision {
  if (run.attempt === null || run.attempt.outcome !== null) {
    return refuse("run.illegal-move", `run ${run.id} is not under way (${run.status}); its spans came too late`);
  }
  const { events } = run.limits;
  if (events != null && run.seq + spans.length > events) {
    return refuse("run.illegal-move", `run ${run.id} holds limits.events=${events} events already`);
  }
  return accept(spans.map((data) => ({ type: "span.received", data })));
}

/** The grace of a cancel in milliseconds: the one asked for, else the run's limit. */
export function graceMsOf(run: Pick<Run, "limits">, askedMs: number | null): number {
  if (askedMs !== null) return askedMs;
  return run.limits.grace_s === null ? graceMsDefault : Math.round(run.limits.grace_s * 1000);
}

/**
 * When a queued run is over its queue limit (Unix milliseconds), or null if it has none. The wait before a retry does not
 * count: no worker may take the run then.
 */
export function overdueAtMs({ limits, queuedSince, notBefore }: Run): number | null {
  if (limits.queue_s === null) return null;
  const openSinceMs = Math.max(Date.parse(queuedSince), notBefore === null ? 0 : Date.parse(notBefore));
  return openSinceMs + Math.round(limits.queue_s * 1000);
}

/** The live attempt that this claim id supervises, or null if the claim is another's or the attempt has ended. */
export function liveAttempt(run: Run, claimId: string): Attempt | null {
  const { attempt } = run;
  return attempt !== null && attempt.outcome === null && attempt.claimId === claimId ? attempt : null;
}

function decideQueue(run: Run | null, command: Extract<RunCommand, { type: "queue" }>): Decision {
  if (run !== null) return refuse("run.id-taken", `a run with the id ${run.id} exists already (${run.status})`);
  return accept([{ type: "run.queued", data: command.data }, ...claimEvents(command.claim)]);
}

function decideClaim(run: Run, claim: Claim, nowMs: number): Decision {
  if (run.notBefore !== null && Date.parse(run.notBefore) > nowMs) {
    return refuse("run.illegal-move", `the run is not to be claimed before ${run.notBefore}`);
  }
  return move(run, "claim", claimEvents(claim));
}

function decidePause(run: Run): Decision {
  const isHeld = run.status === "queued";
  return move(run, "pause", [
    isHeld
      ? { type: "run.paused", data: { checkpoint: run.checkpoint, held: true } }
      : { type: "run.pause_requested", data: {} },
  ]);
}

function decideResume(run: Run, claim: Claim | null): Decision {
  return move(run, "resume", [{ type: "run.resumed", data: { checkpoint: run.checkpoint } }, ...claimEvents(claim)]);
}

function decideCancel(run: Run, graceMs: number): Decision {
  if (isTerminal(run.status) && run.status !== "cancelled") {
    return refuse("run.already-ended", `the run has ended already: ${run.status}`);
  }
  // A second cancel changes nothing, unless it is less patient than the first.
  if (run.status === "cancelling" && run.cancel !== null && graceMs < run.cancel.graceMs) {
    return accept([{ type: "run.cancel_requested", data: { graceMs } }]);
  }
  const hasProcess = commandMoves[run.status].cancel === "cancelling";
  return move(run, "cancel", [
    hasProcess
      ? { type: "run.cancel_requested", data: { graceMs } }
      : { type: "run.cancelled", data: { noProcess: true } },
  ]);
}

function decideRetry(run: Run, claim: Claim | null): Decision {
  if (run.status === "completed") {
    return refuse("run.already-ended", "the run completed; a better second try is a new run: use again");
  }
  return move(run, "retry", [{ type: "run.retried", data: {} }, ...claimEvents(claim)]);
}

function decideDelete(run: Run, isForced: boolean): Decision {
  const asked: NewEvent = { type: "run.delete_requested", data: {} };
  const gone: NewEvent = { type: "run.deleted", data: {} };
  const name = isForced ? "forceDelete" : "delete";
  const target = commandMoves[run.status][name];
  if (target === "deleted") {
    const first: NewEvent[] = isTerminal(run.status) ? [] : [{ type: "run.cancelled", data: { noProcess: true } }];
    return accept([...first, asked, gone]);
  }
  const request: NewEvent = { type: "run.cancel_requested", data: { graceMs: graceMsOf(run, null) } };
  const asks = run.deleteRequested ? [] : [asked];
  return move(run, name, target === "cancelling" ? [...asks, request] : asks);
}

function decideExpiry(run: Run, nowMs: number): Decision {
  const dueMs = overdueAtMs(run);
  if (run.status !== "queued" || dueMs === null || nowMs < dueMs) {
    return refuse("run.illegal-move", `the run is ${run.status} and over no queue limit`);
  }
  const message = `no worker took the run within ${run.limits.queue_s} s`;
  const error = { code: "limit.queue_s", origin: "worker" as const, message, limit: "queue_s" };
  return accept([{ type: "run.timed_out", data: { limit: "queue_s", error } }]);
}

function ofLiveAttempt(run: Run, claimId: string, make: () => NewEvent): Decision {
  if (liveAttempt(run, claimId) === null) {
    return refuse("run.claim-lost", `run ${run.id}: this claim no longer supervises the attempt`);
  }
  return accept([make()]);
}

function claimEvents(claim: Claim | null): NewEvent[] {
  return claim === null ? [] : [{ type: "attempt.claimed", data: claimData(claim) }];
}

function claimData({ worker, place, claimId }: Claim): Claim {
  return { worker, place, claimId };
}

/** Looks the command up in the table: the events if it moves the run, none if it is accepted as it stands. */
function move(run: Run, name: RunCommandName, events: NewEvent[]): Decision {
  const target = commandMoves[run.status][name];
  if (target === "refused") {
    const hint = run.status === "paused" && name === "retry" ? "; use resume" : "";
    return refuse("run.illegal-move", `${words[name]} is not allowed while the run is ${run.status}${hint}`);
  }
  return accept(target === "same" ? [] : events);
}

const words: Record<RunCommandName, string> = {
  claim: "a claim",
  pause: "pause",
  resume: "resume",
  cancel: "cancel",
  retry: "retry",
  delete: "deletion",
  forceDelete: "forced deletion",
};

function accept(events: NewEvent[]): Decision {
  return { isAccepted: true, events };
}

function refuse(code: ErrorCode, detail: string): Decision {
  return { isAccepted: false, code, detail };
}
