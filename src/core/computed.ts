// What is computed at each read and never stored: how alive a run is, what it waits for and what it waits on. It comes
// from the fold, from what was just seen of the processes, and from the clock.

import { lanePartsOf } from "./lane.ts";
import { limitKeysOf, limitWords } from "./limit-keys.ts";
import { isActive } from "./moves.ts";
import { canTake, type QueueView, refusalOf } from "./queue-view.ts";
import type { Run } from "./run.ts";

/** What was seen of an attempt's processes; null where nothing could be looked at. */
export type Look = {
  isWorkerAlive: boolean | null;
  isRunnerAlive: boolean | null;
  /** The reader's clock, Unix milliseconds. */
  nowMs: number;
};

/**
 * `live`: somebody supervises it. `unsupervised`: its runner works on, nobody looks after it. `stale`: supervisor and
 * runner are gone and the ending is not recorded yet. `unknown`: nothing could be looked at.
 */
export type LivenessState = "live" | "stale" | "unsupervised" | "unknown";

export type Liveness = {
  state: LivenessState;
  /** When the ledger last heard of the run. */
  lastHeardAt: string;
  /** Since when nobody supervises it, if that was recorded. */
  since: string | null;
  /** When an unsupervised runner ends itself unless it is adopted. */
  endsItselfAt: string | null;
};

/** A reason for which a queued run has not begun. */
export type WaitReason = { reason: "worker" | "limit" | "retry" | "held"; message: string; until: string | null };

/** The call that a running run waits on. */
export type WaitingOn = {
  what: string;
  since: string;
  ms: number;
  /** How its tries went, once one has failed: `try 2 of 4: 429`. */
  note: string | null;
};

export type Computed = {
  /** Null for a run without a process. */
  liveness: Liveness | null;
  waitingFor: WaitReason[];
  waitingOn: WaitingOn | null;
  /** The time at which all this was so. */
  computedAt: string;
};

/** The computed fields of a run, at the moment of the look. `queue` null: nobody looked why it waits. */
export function computeFields(run: Run, look: Look, queue: QueueView | null = null): Computed {
  return {
    liveness: livenessOf(run, look),
    waitingFor: waitingForOf(run, look.nowMs, queue),
    waitingOn: waitingOnOf(run, look.nowMs),
    computedAt: new Date(look.nowMs).toISOString(),
  };
}

function livenessOf(run: Run, look: Look): Liveness | null {
  if (!isActive(run.status) || run.attempt === null) return null;
  const state = livenessState(run.attempt.orphanedAt !== null, look);
  const since = state === "unsupervised" ? run.attempt.orphanedAt : null;
  const orphanS = run.limits.orphan_s;
  const endsItselfAt =
    since === null || orphanS === null ? null : new Date(Date.parse(since) + orphanS * 1000).toISOString();
  return { state, lastHeardAt: run.lastEventAt, since, endsItselfAt };
}

function livenessState(isOrphaned: boolean, { isWorkerAlive, isRunnerAlive }: Look): LivenessState {
  if (isWorkerAlive === true && !isOrphaned) return "live";
  if (isRunnerAlive === true) return isWorkerAlive === null && !isOrphaned ? "unknown" : "unsupervised";
  if (isRunnerAlive === null || (isWorkerAlive === null && !isOrphaned)) return "unknown";
  return "stale";
}

function waitingForOf(run: Run, nowMs: number, queue: QueueView | null): WaitReason[] {
  if (run.status === "paused") return [{ reason: "held", message: "held until it is resumed", until: null }];
  if (run.status !== "queued") return [];
  if (run.notBefore !== null && Date.parse(run.notBefore) > nowMs) {
    const message = `retry ${run.failuresInRow} of ${run.retryPolicy.retries}`;
    return [{ reason: "retry", message, until: run.notBefore }];
  }
  if (queue === null) return [waitsForWorker("no worker has claimed it")];
  const reasons = limitsInTheWay(run, queue);
  const refusal = workersRefusal(run, queue);
  if (refusal !== null) reasons.push(waitsForWorker(refusal));
  return reasons.length > 0 ? reasons : [waitsForWorker("waits for its turn")];
}

/** Limits without room for the run. */
function limitsInTheWay(run: Run, { limits }: QueueView): WaitReason[] {
  const keys = new Set(limitKeysOf(run));
  return limits
    .filter(({ key, max, used }) => keys.has(key) && used >= max)
    .map((limit) => ({ reason: "limit", message: limitWords(limit), until: null }));
}

/** Why no worker that lives takes the run, or null if one could. */
function workersRefusal(run: Run, { workers, workedOff }: QueueView): string | null {
  // Whoever works off an experiment takes its runs in turn, whatever other workers take.
  if (run.experimentId !== null && workedOff.has(run.experimentId)) return null;
  const lane = lanePartsOf(run);
  const willing = workers.filter(({ isAlive, isDraining }) => isAlive && !isDraining);
  const refusal = refusalOf(willing, lane);
  if (refusal !== null) return refusal;
  const takers = willing.filter((worker) => canTake(worker, lane));
  const awake = takers.filter(({ isStopped }) => !isStopped);
  if (awake.length === 0) return "every worker that takes it is stopped";
  return awake.every(({ freeSlots }) => freeSlots === 0) ? "every worker that takes it is busy" : null;
}

function waitsForWorker(message: string): WaitReason {
  return { reason: "worker", message, until: null };
}

function waitingOnOf(run: Run, nowMs: number): WaitingOn | null {
  const [oldest] = run.openCalls;
  if (!isActive(run.status) || oldest === undefined) return null;
  const ms = Math.max(0, nowMs - Date.parse(oldest.since));
  return { what: oldest.what, since: oldest.since, ms, note: oldest.note ?? null };
}
