// A run as the fold of its events. `evolve` is the only place where a status comes from; server, CLI, workers and
// pages all use it. It is pure: time, randomness and ids are in the events. `decide` is its other half, in decide.ts.

import { changes, newRun } from "./changes.ts";
import { isKnown, type KnownEvent, type LedgerEvent, type Usage } from "./events.ts";
import type { Run } from "./run-state.ts";
import { addUsage } from "./usage.ts";

export type { Attempt, Run } from "./run-state.ts";

/** What the run has used so far, over all attempts. */
export function usageOf(run: Run): Usage {
  return run.attempt !== null && run.attempt.outcome === null
    ? addUsage(run.usageEnded, run.attempt.usage)
    : run.usageEnded;
}

/** Folds events from the beginning; null if there are none. */
export function foldRun(events: Iterable<LedgerEvent>): Run | null {
  let run: Run | null = null;
  for (const event of events) run = evolve(run, event);
  return run;
}

/** The run after one more event of its own. Events that this build does not know only move `seq` and times. */
export function evolve(run: Run | null, event: LedgerEvent): Run {
  const stamp = { seq: event.seq, position: event.position, lastEventAt: event.recordedAt };
  if (run === null) {
    if (!isKnown(event) || event.type !== "run.queued")
      throw new Error(`a run begins with run.queued, not ${event.type}`);
    return { ...newRun(event, event.data), ...stamp };
  }
  if (event.seq !== run.seq + 1) throw new Error(`run ${run.id}: event ${event.seq} after ${run.seq}`);
  if (!isKnown(event)) return { ...run, ...stamp };
  const change = changes[event.type] as (run: Run, event: KnownEvent, data: unknown) => Partial<Run>;
  return { ...run, ...change(run, event, event.data), ...stamp };
}
