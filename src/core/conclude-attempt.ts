// What an observed end means: one attempt.ended, and in the same breath what follows from it for the run. Pure.

import type { AttemptOutcome, Evidence, NewEvent, RunError } from "./events.ts";
import { type AttemptFact, type FactMove, factMoves, isActive } from "./moves.ts";
import type { Run } from "./run.ts";
import { systemLimits } from "./system-limits.ts";

/** What was observed of an attempt's end, weighed already: the fact is the one whose evidence wins. */
export type Ending = {
  fact: Exclude<AttemptFact, "st">;
  evidence: Evidence;
  /** What went wrong; needed by every fact but `ok`, `ca`, `pa`, `killedCancel` and `neverBegan`. */
  error: RunError | null;
  /** The digest of a checkpoint that the attempt left, if any. */
  checkpoint: string | null;
  /** A failed finish record whose cause is the cancel itself. */
  isByCancel: boolean;
};

const timeLimits = ["wall_s", "idle_s"];

/**
 * The events of an ending, in their order: `attempt.ended`, then one of a terminal `run.*`, `run.paused` or
 * `run.retry_scheduled`, then `run.deleted` if that was asked for and the run is terminal.
 * The caller has checked that the attempt is live and the claim its own.
 */
export function concludeAttempt(run: Run, ending: Ending, nowMs: number): NewEvent[] {
  if (!isActive(run.status)) throw new Error(`run ${run.id} is ${run.status}; it has no attempt to conclude`);
  const move = factMoves[run.status][ending.fact];
  if (move === null || move.to === "stays") {
    throw new Error(`run ${run.id}: the fact ${ending.fact} cannot happen while ${run.status}`);
  }
  const error = move.isUnasked ? unasked(ending) : ending.error;
  const { outcome, next } = consequence({ run, ending, move, error, nowMs });
  const recorded = run.attempt?.recorded ?? null;
  const isScored = outcome === "completed";
  const endedBy = isScored ? (run.attempt?.endedBy ?? "agent") : null;
  const attemptEnded: NewEvent = {
    type: "attempt.ended",
    data: {
      outcome,
      evidence: ending.evidence,
      error: outcome === "completed" || outcome === "cancelled" || outcome === "paused" ? null : error,
      usage: run.attempt?.usage ?? { tokens: 0, costUsd: null, modelCalls: 0, toolCalls: 0 },
      score: isScored ? (recorded?.score ?? null) : null,
      passed: isScored ? (recorded?.passed ?? null) : null,
      endedBy,
      checkpoint: ending.checkpoint,
    },
  };
  const events = [attemptEnded, next];
  if (run.deleteRequested && isTerminalEvent(next)) events.push({ type: "run.deleted", data: {} });
  return events;
}

type Consequence = { outcome: AttemptOutcome; next: NewEvent };
type Case = {
  run: Run;
  ending: Ending;
  move: Exclude<FactMove, { to: "stays" }>;
  error: RunError | null;
  nowMs: number;
};

function consequence(of: Case): Consequence {
  const { run, ending, move, error } = of;
  if (move.unlessByCancel && ending.isByCancel) return { outcome: "cancelled", next: cancelled };
  switch (move.to) {
    case "completed":
      return completed(run);
    case "cancelled":
      return { outcome: "cancelled", next: cancelled };
    case "paused": {
      const checkpoint = ending.checkpoint ?? run.checkpoint;
      return {
        outcome: "paused",
        next: { type: "run.paused", data: { checkpoint, held: ending.fact === "neverBegan" } },
      };
    }
    case "queued":
      return ending.fact === "neverBegan" ? givenBack(run) : backToQueue("orphaned", error);
    case "failed":
      return (
        retried(of, "failed") ?? { outcome: "failed", next: { type: "run.failed", data: { error: needed(error) } } }
      );
    case "timed_out":
    case "limit":
      return retried(of, "limit") ?? { outcome: "limit", next: endOfLimit(needed(error)) };
    case "lost": {
      const unconfirmed = ending.fact === "silent";
      return (
        retried(of, "lost") ?? {
          outcome: "lost",
          next: { type: "run.lost", data: { error: needed(error), unconfirmed } },
        }
      );
    }
  }
}

const cancelled: NewEvent = { type: "run.cancelled", data: { noProcess: false } };

function completed(run: Run): Consequence {
  const recorded = run.attempt?.recorded ?? null;
  const data = {
    score: recorded?.score ?? null,
    passed: recorded?.passed ?? null,
    endedBy: run.attempt?.endedBy ?? "agent",
  };
  return { outcome: "completed", next: { type: "run.completed", data } };
}

function givenBack(run: Run): Consequence {
  if (run.givenBackInRow < systemLimits.givenBackMax)
    return { ...backToQueue("given_back", null), outcome: "given_back" };
  const message = `${run.givenBackInRow + 1} runners in a row were gone before their first line`;
  const error: RunError = { code: "runner.never-started", origin: "runner", message };
  return { outcome: "given_back", next: { type: "run.failed", data: { error } } };
}

function backToQueue(why: "orphaned" | "given_back", error: RunError | null): Consequence {
  return { outcome: "orphaned", next: { type: "run.retry_scheduled", data: { why, notBefore: null, error } } };
}

/** Another attempt by the policy, or null if the run ends here. A limit is never tried again: it would be a second chance. */
function retried({ run, move, error, nowMs }: Case, outcome: "failed" | "limit" | "lost"): Consequence | null {
  const { retries, backoffMs, origins } = run.retryPolicy;
  const origin = outcome === "lost" ? "lost" : error?.origin;
  if (!move.mayRetry || origin === undefined || !origins.includes(origin)) return null;
  if (outcome !== "lost" && error?.limit !== undefined) return null;
  if (run.failuresInRow >= retries) return null;
  const notBefore = new Date(nowMs + backoffMs * 2 ** run.failuresInRow).toISOString();
  return { outcome, next: { type: "run.retry_scheduled", data: { why: "policy", notBefore, error } } };
}

function endOfLimit(error: RunError): NewEvent {
  const limit = error.limit ?? "";
  return timeLimits.includes(limit)
    ? { type: "run.timed_out", data: { limit, error } }
    : { type: "run.failed", data: { error } };
}

function unasked(ending: Ending): RunError {
  const what = ending.fact === "pa" ? "paused" : "cancelled";
  return { code: "runner.unasked", origin: "runner", message: `the runner says it was ${what}, and nobody had asked` };
}

function needed(error: RunError | null): RunError {
  if (error === null) throw new Error("this ending needs an error that says what went wrong");
  return error;
}

function isTerminalEvent(event: NewEvent): boolean {
  const status = event.type.slice("run.".length);
  return event.type.startsWith("run.") && ["completed", "failed", "timed_out", "cancelled", "lost"].includes(status);
}
