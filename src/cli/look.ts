// What can be seen of the processes of a run, for the fields that are computed at each read.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Computed, computeFields } from "../core/computed.ts";
import { isActive } from "../core/moves.ts";
import type { QueueView, QueueWorker, WorkerEntry } from "../core/queue-view.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { isSamePlace } from "../protocol/process.ts";
import type { RunnerFacts } from "../protocol/spec.ts";
import { attemptFolder } from "../worker/attempt-folder.ts";
import { processRef, readPlace, lookAt as stateOf } from "../worker/process-facts.ts";
import { isRunnerAlive } from "../worker/runner-lock.ts";
import { remoteViewOf } from "./remote-view.ts";
import { experimentsWorkedOff } from "./worked-off.ts";

/** Looks at the run's worker and runner, if it has any, or at the queue that it waits in, and computes from it. */
export async function lookAt(ledger: Ledger, run: Run): Promise<Computed> {
  return openLook(ledger)(run);
}

/** Looks at one run after the other, as for a list: what is the same for several is looked at once. */
export function openLook(ledger: Ledger): (run: Run) => Promise<Computed> {
  const remote = remoteViewOf(ledger);
  if (remote !== null) return (run) => remote.computedOf(run);
  const nowMs = Date.now();
  const freeLocks = new Map<string, Promise<boolean>>();
  let queue: Promise<QueueView> | null = null;
  const isFree = (worker: string): Promise<boolean> => {
    const known = freeLocks.get(worker) ?? ledger.isLockFree(worker);
    freeLocks.set(worker, known);
    return known;
  };
  return async (run) => {
    const { attempt, status } = run;
    if (!isActive(status) || attempt === null) {
      if (status === "queued") queue ??= readQueue(ledger, isFree);
      return computeFields(run, { isWorkerAlive: null, isRunnerAlive: null, nowMs }, await queue);
    }
    const folder = attemptFolder({ home: ledger.home, runId: run.id, attempt: attempt.number });
    return computeFields(run, {
      isWorkerAlive: !(await isFree(attempt.worker)),
      isRunnerAlive: isRunnerThere(ledger, folder),
      nowMs,
    });
  };
}

/** Who takes runs from the queue, and the limits over all of them. */
async function readQueue(ledger: Ledger, isFree: (worker: string) => Promise<boolean>): Promise<QueueView> {
  const [limits, entries, workedOff] = await Promise.all([
    ledger.listLimits(),
    ledger.listWorkers(),
    experimentsWorkedOff(ledger, isFree),
  ]);
  const workers = entries.map(async (entry): Promise<QueueWorker> => {
    const { worker, slots, can, isDraining } = entry;
    const isAlive = !(await isFree(worker));
    const isStopped = isAlive && isStoppedHere(entry);
    const taken = isAlive ? (await ledger.liveAttempts(worker)).length : 0;
    return { worker, ...can, isAlive, isDraining, isStopped, freeSlots: Math.max(0, slots - taken) };
  });
  return { limits, workers: await Promise.all(workers), workedOff };
}

/** Of a worker that lives its pid is certain. What is in another place cannot be looked at, and may go on. */
function isStoppedHere({ place, pid }: WorkerEntry): boolean {
  const ref = isSamePlace(place, readPlace()) ? processRef(pid) : null;
  const state = ref === null ? null : stateOf(ref)?.state;
  return state === "T" || state === "t";
}

/** Whether the runner named in the attempt folder lives; null if none is named there yet, or nobody can tell. */
function isRunnerThere(ledger: Ledger, folder: string): boolean | null {
  const path = join(folder, attemptFiles.runner);
  if (!existsSync(path)) return null;
  try {
    return isRunnerAlive(ledger, JSON.parse(readFileSync(path, "utf8")) as RunnerFacts);
  } catch {
    // The folder may be removed, or moved away, while one looks.
    return null;
  }
}
