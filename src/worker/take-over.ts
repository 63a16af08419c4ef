// Taking over from another host: a worker that has not been heard of for so long that its runners have ended themselves.
// Nothing of it can be looked at from here, so the contract is the evidence, and the ending is marked unconfirmed.

import type { Ending } from "../core/conclude-attempt.ts";
import { RunledgerError } from "../core/errors.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** What is said of an attempt that is another's, or nobody's, by now. */
const overCodes: ReadonlySet<string> = new Set(["run.claim-lost", "run.deleted"]);

/** Ends the attempts of workers that are silent. @returns the runs; the policy may have queued them again. */
export async function takeOverSilent(ledger: Ledger): Promise<string[]> {
  const taken: string[] = [];
  for (const worker of await ledger.silentWorkers()) {
    for (const { runId, attempt, claimId } of await ledger.liveAttempts(worker)) {
      const conclusion = { runId, attempt, claimId, actor: "worker", ending: silentEnding(ledger, worker) };
      try {
        await ledger.conclude({ ...conclusion, finishCursor: null });
        taken.push(runId);
      } catch (error) {
        // It was heard of after all, or somebody else came first, and deleted it if that was asked for.
        if (!(error instanceof RunledgerError && overCodes.has(error.code))) throw error;
      }
    }
  }
  return taken;
}

function silentEnding(ledger: Ledger, worker: string): Ending {
  const seconds = Math.round((ledger.takeoverAfterMs ?? 0) / 1000);
  const message = `worker ${worker}, which cannot be looked at from here, was not heard of for ${seconds} s; its runners end themselves before that`;
  return {
    fact: "silent",
    error: { code: "runner.gone", origin: "worker", message },
    checkpoint: null,
    isByCancel: false,
    evidence: {
      ...{ fact: "silent", seenBy: "conclusion", killedFor: null, note: message },
      ...{ finish: null, exit: null, containment: null, memory: null, journal: null, lastStderr: null },
    },
  };
}
