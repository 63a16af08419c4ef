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
export function evolve(run: Run | null, recorded: LedgerEvent): Run {
  if (run === null) return begin(recorded);
  // What an imported run's events tell happened elsewhere, before this ledger recorded them.
  const event = run.imported ? { ...recorded, recordedAt: recorded.at } : recorded;
  if (event.seq !== run.seq + 1) throw new Error(`run ${run.id}: event ${event.seq} after ${run.seq}`);
  if (!isKnown(event)) return { ...run, ...stampOf(event) };
  const change = changes[event.type] as (run: Run, event: KnownEvent, data: unknown) => Partial<Run>;
  return { ...run, ...change(run, event, event.data), ...stampOf(event) };
}

function begin(event: LedgerEvent): Run {
  if (!isKnown(event) || event.type !== "run.queued")
    throw new Error(`a run begins with run.queued, not ${event.type}`);
  const seen = event.data.imported ? { ...event, recordedAt: event.at } : event;
  return { ...newRun(seen, event.data), ...stampOf(seen) };
}

function stampOf({ seq, position, recordedAt }: LedgerEvent): Pick<Run, "seq" | "position" | "lastEventAt"> {
  return { seq, position, lastEventAt: recordedAt };
}
