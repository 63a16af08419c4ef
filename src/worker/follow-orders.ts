// What others ask of the attempts that this worker supervises: after each change of the ledger one look for all of them.
// A look for each would cost the square of their number, since what one reports is a change to all the others.

import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import type { Ledger, LiveAttempt } from "../ledger/ledger.ts";

export type OrdersFollower = {
  /**
   * Calls back when the attempt may have been asked to stop or pause, or may be another's by now; returns the way to
   * stop that. Also when nobody can tell, since the ledger cannot be read.
   */
  subscribe(attempt: Pick<LiveAttempt, "runId" | "claimId">, callback: () => void): () => void;
  close(): Promise<void>;
};

/** How long one wait for news of the ledger lasts at most; then the waiter looks whether it is still wanted. */
const changeWaitMs = 1_000;
/** Between two looks at least, milliseconds: others may write to the ledger hundreds of times a second. */
const paceMsMin = 10;
/** The same for each attempt that is looked at: beyond some dozens, looks are rarer. */
const paceMsPerAttempt = 1;

/** Follows the ledger for one worker. */
export function followOrders(ledger: Ledger, worker: string): OrdersFollower {
  const followed = new Map<() => void, Pick<LiveAttempt, "runId" | "claimId">>();
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    const live = await liveByRun(ledger, worker);
    for (const [callback, { runId, claimId }] of followed) {
      const attempt = live?.get(runId);
      if (attempt === undefined || attempt.claimId !== claimId || isAsked(attempt)) callback();
    }
  };
  const loop = async (): Promise<void> => {
    let since = ledger.changeMark();
    while (!stop.signal.aborted) {
      const isChanged = await ledger.waitForChange({ since, timeoutMs: changeWaitMs, signal: stop.signal });
      since = ledger.changeMark();
      if (!isChanged || followed.size === 0) continue;
      const beganMs = performance.now();
      await look();
      const paceMs = Math.max(paceMsMin, followed.size * paceMsPerAttempt);
      const restMs = paceMs - (performance.now() - beganMs);
      if (restMs > 0) await wait(restMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const done = loop();
  return {
    subscribe(attempt, callback) {
      followed.set(callback, attempt);
      return () => followed.delete(callback);
    },
    async close() {
      stop.abort();
      await done;
    },
  };
}

/** Null if the ledger cannot be read: then each has to find out for itself. */
async function liveByRun(ledger: Ledger, worker: string): Promise<Map<string, LiveAttempt> | null> {
  try {
    return new Map((await ledger.liveAttempts(worker)).map((attempt) => [attempt.runId, attempt]));
  } catch {
    return null;
  }
}

/** A run that is to stop is asked about again with each change: the grace that it is given may have become shorter. */
function isAsked({ status }: LiveAttempt): boolean {
  return status === "cancelling" || status === "pausing";
}
