// A worker: the part of a process that claims runs and supervises their runners to the end. It holds a lock that dies
// with it, so that anybody can see whether it is still there.

import type { Claim } from "../core/decide.ts";
import type { EventData } from "../core/events.ts";
import { newRunId } from "../core/ids.ts";
import type { Abilities } from "../core/queue-view.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { newClaim } from "./claim-again.ts";
import { endLeftStanding } from "./end-left-standing.ts";
import { followOrders } from "./follow-orders.ts";
import { keepLease } from "./lease.ts";
import { readPlace } from "./process-facts.ts";
import { adoptOnce, adoptToEnd, runOnce, runToEnd, type Site, takeUpAgain } from "./run-attempts.ts";
import { keepSpares } from "./spare-runners.ts";
import { enterList } from "./stay-listed.ts";

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
  /** For one that works off an experiment: its id shows in the worker's. */
  experimentId?: string;
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
   * by policy are claimed again here. `env` goes to the runner through its pipe and lies in no file. Who does nothing but
   * wait for this run says for how long it waits for a ledger's folder that is moved away when it ends, milliseconds.
   */
  runToEnd(runId: string, options: { env: Record<string, string>; movedMsMax?: number }): Promise<Run>;
  /** Supervises the one attempt that this worker has claimed; what follows is for the queue. */
  runOnce(run: Run, options: { env: Record<string, string> }): Promise<Run>;
  /**
   * Adopts an attempt that nobody supervises, and goes on to its end. Null if there is nothing to adopt. `env` is for
   * the attempts that the policy may start after it.
   */
  adopt(runId: string, options?: { env: Record<string, string> }): Promise<Run | null>;
  /** Adopts an attempt that nobody supervises and supervises it to its end, and none after it. */
  adoptOnce(runId: string, onAdopted: (run: Run) => void): Promise<Run | null>;
  /**
   * Goes on with an attempt of this worker's own that nothing here supervises: a fault broke that off, or the answer to
   * the claim was lost. Null if the claim has ended or is another's by now.
   */
  takeUpAgain(of: { runId: string; claimId: string }): Promise<Run | null>;
  /** Stops supervising: what is under way resolves with the run as it is, and the runners go on, for others to adopt. */
  leave(): void;
  /** Says in the ledger that it takes no more runs from the queue. */
  sayDraining(): Promise<void>;
  /** Says in the ledger that it is gone: last, and before its lock is let go. */
  sayGone(evidence: string): Promise<void>;
  close(): Promise<void>;
};

/** Takes a lock in the ledger, says so there, and boots spare runners. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { ledger, runnerUrl, build } = options;
  const spares = keepSpares(
    { home: ledger.home, runnerUrl, build },
    { count: options.spares, isKept: options.keepsSpares ?? false },
  );
  const id = options.experimentId === undefined ? `worker-${newRunId()}` : workerIdOf(options.experimentId);
  const lock = await ledger.holdLock(id);
  const listing = await enterList(ledger, startedData(id, options));
  const orders = followOrders(ledger, id);
  const leaving = new AbortController();
  // Nothing waits for it: no write may keep a worker from saying in time that it lives.
  const lease = await keepLease(ledger, id, () => void listing.confirm());
  const tidied = endLeftStanding(ledger);
  let refusedWrites = 0;
  const onRefused = () => {
    refusedWrites += 1;
  };
  const site: Site = {
    ...{ ledger, id, spares, build, onRefused, exits: new Map() },
    ...{ followOrders: orders.subscribe, leave: leaving.signal, lease, movedMsMax: null },
  };
  const close = async (): Promise<void> => {
    listing.close();
    await tidied;
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
    newClaim: () => newClaim(site),
    runToEnd: (runId, { env, movedMsMax = null }) => runToEnd({ ...site, movedMsMax }, runId, env),
    runOnce: (run, { env }) => runOnce(site, run, env),
    adopt: (runId, { env } = { env: {} }) => adoptToEnd(site, runId, env),
    adoptOnce: (runId, onAdopted) => adoptOnce(site, runId, onAdopted),
    takeUpAgain: (of) => takeUpAgain(site, of),
    leave: () => leaving.abort(),
    sayDraining: listing.sayDraining,
    sayGone: listing.sayGone,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function startedData(worker: string, { queue, build }: WorkerOptions): EventData<"worker.started"> {
  const who = { worker, place: readPlace(), pid: process.pid };
  return queue === undefined ? who : { ...who, ...queue, build };
}

/** What stands in a worker's id before the experiment that it works off. */
const ofExperiment = "-of-";

function workerIdOf(experimentId: string): string {
  return `worker-${newRunId()}${ofExperiment}${experimentId}`;
}

/** The experiment that a worker works off, by its id; null for one that does not. */
export function experimentOfWorker(worker: string): string | null {
  const at = worker.indexOf(ofExperiment);
  return at === -1 ? null : worker.slice(at + ofExperiment.length);
}
