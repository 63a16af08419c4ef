// A worker: the part of a process that claims runs and supervises their runners to the end. It holds a lock that dies
// with it, so that anybody can see whether it is still there.

import type { Claim } from "../core/decide.ts";
import type { EventData } from "../core/events.ts";
import { newRunId } from "../core/ids.ts";
import type { Abilities } from "../core/queue-view.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { followOrders } from "./follow-orders.ts";
import { keepLease } from "./lease.ts";
import { readPlace } from "./process-facts.ts";
import { adoptOnce, adoptToEnd, newClaim, runOnce, runToEnd, type Site } from "./run-attempts.ts";
import { keepSpares } from "./spare-runners.ts";

export type WorkerOptions = {
  ledger: Ledger;
  /** The runner's program. */
  runnerUrl: URL;
  /** Which build runs, for people and for the record: `dist (auto)`, `source`. */
  build: string;
  /** Runners booted ahead. */
  spares: number;
  /** Whether each spare taken is replaced at once. */
  keepsSpares?: boolean;
  /** For one that takes runs from the queue: how many at once, and which. The ledger lists it then. */
  queue?: { slots: number; can: Abilities };
};

export type Worker = AsyncDisposable & {
  /** Its lock's id; never used again. */
  readonly id: string;
  /** How often it came to write of an attempt that was another's by then: refused each time, and nothing was signalled. */
  readonly refusedWrites: number;
  /** Identity for a claim: give it to the command that queues or retries a run which this worker then supervises. */
  newClaim(): Claim;
  /**
   * Supervises a run that this worker has claimed through all its attempts, until it is terminal or paused. Retries
   * by policy are claimed again here. `env` goes to the runner through its pipe and lies in no file.
   */
  runToEnd(runId: string, options: { env: Record<string, string> }): Promise<Run>;
  /** Supervises the one attempt that this worker has claimed; what follows is for the queue. */
  runOnce(run: Run, options: { env: Record<string, string> }): Promise<Run>;
  /**
   * Adopts an attempt that nobody supervises, and goes on to its end. Null if there is nothing to adopt. `env` is for
   * the attempts that the policy may start after it.
   */
  adopt(runId: string, options?: { env: Record<string, string> }): Promise<Run | null>;
  /** Adopts an attempt that nobody supervises and supervises it to its end, and none after it. */
  adoptOnce(runId: string, onAdopted: (run: Run) => void): Promise<Run | null>;
  /** Stops supervising: what is under way resolves with the run as it is, and the runners go on, for others to adopt. */
  leave(): void;
  close(): Promise<void>;
};

/** Takes a lock in the ledger, says so there, and boots spare runners. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { ledger, runnerUrl, build } = options;
  const spares = keepSpares(
    { home: ledger.home, runnerUrl, build },
    { count: options.spares, isKept: options.keepsSpares ?? false },
  );
  const id = `worker-${newRunId()}`;
  const lock = await ledger.holdLock(id);
  await ledger.record({ type: "worker.started", data: startedData(id, options) }, "worker");
  const orders = followOrders(ledger, id);
  const leaving = new AbortController();
  const lease = await keepLease(ledger, id);
  let refusedWrites = 0;
  const onRefused = () => {
    refusedWrites += 1;
  };
  const site: Site = {
    ...{ ledger, id, spares, build, onRefused },
    ...{ followOrders: orders.subscribe, leave: leaving.signal, lease },
  };
  const close = async (): Promise<void> => {
    await spares.close();
    await lease.close();
    await orders.close();
    await lock.release();
  };
  return {
    id,
    get refusedWrites() {
      return refusedWrites;
    },
    newClaim: () => newClaim(id),
    runToEnd: (runId, { env }) => runToEnd(site, runId, env),
    runOnce: (run, { env }) => runOnce(site, run, env),
    adopt: (runId, { env } = { env: {} }) => adoptToEnd(site, runId, env),
    adoptOnce: (runId, onAdopted) => adoptOnce(site, runId, onAdopted),
    leave: () => leaving.abort(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function startedData(worker: string, { queue, build }: WorkerOptions): EventData<"worker.started"> {
  const who = { worker, place: readPlace(), pid: process.pid };
  return queue === undefined ? who : { ...who, ...queue, build };
}
