// Waits until runs that were asked to stop, or to pause, really have. An attempt that nobody supervises is adopted and
// ended here, and one out of reach that has fallen silent is taken over, so that nobody waits for somebody who is gone.

import { isTerminal } from "../core/moves.ts";
import type { Attempt, Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { homeOnThisHost, isInReach } from "../worker/reach.ts";
import { settle } from "../worker/settle.ts";
import { takeOverSilent } from "../worker/take-over.ts";
import { startWorker, type Worker } from "../worker/worker.ts";
import type { Context } from "./command.ts";
import { isDeletion } from "./deletion.ts";
import { findInstallation } from "./installation.ts";
import type { Output } from "./output.ts";

/** A run as it ended, or what is left of its name if it was deleted at its end. */
export type Ended = { id: string; run: Run | null };

/** What is needed of a command's context. */
type Teller = { env: Context["env"]; output: Pick<Output, "progress"> };

/** How often the supervisors' locks are looked at, milliseconds. */
const lookMs = 250;
/** After this long without an end, and again after each such time, it is said that the wait goes on. */
const patienceMs = 2_000;

/** Resolves with the runs in the order of the ids, each terminal or deleted. Tells progress meanwhile. */
export function waitUntilEnded(ledger: Ledger, ids: readonly string[], context: Teller): Promise<Ended[]> {
  return waitUntil({ ledger, ids, context, what: "ended", isDone: ({ status }) => isTerminal(status) });
}

/** The same for what is not an end: `isDone` says when a run is as far, and `what` names that in one word. */
export async function waitUntil(of: {
  ledger: Ledger;
  ids: readonly string[];
  context: Teller;
  what: string;
  isDone: (run: Run) => boolean;
}): Promise<Ended[]> {
  const { ledger, ids, context, what, isDone } = of;
  await using adopter = createAdopter(ledger, context);
  const ended = new Map<string, Ended>();
  const startedMs = performance.now();
  let nextWordMs = startedMs + patienceMs;
  for (;;) {
    // Several wait on this ledger: the adopter's worker does, too.
    const since = ledger.changeMark();
    for (const id of ids) {
      if (ended.has(id)) continue;
      const run = await runUnlessDeleted(ledger, id);
      if (run === null || isDone(run)) ended.set(id, { id, run });
      else await adopter.lookAfter(run);
    }
    if (ended.size === new Set(ids).size) break;
    if (performance.now() >= nextWordMs) {
      nextWordMs += patienceMs;
      const waited = Math.round((performance.now() - startedMs) / 1000);
      const open = ids.filter((id) => !ended.has(id));
      context.output.progress(`not ${what} yet after ${waited} s: ${open.map((id) => id.slice(-8)).join(", ")}`);
    }
    await ledger.waitForChange({ timeoutMs: lookMs, since });
  }
  return ids.map((id) => ended.get(id) ?? { id, run: null });
}

/** Adopts what nobody supervises, once each, with a worker that is started when the first one turns up. */
function createAdopter(ledger: Ledger, context: Teller) {
  let worker: Promise<Worker> | null = null;
  const adoptions = new Map<string, Promise<void>>();
  const elsewhere = createTaker(ledger, context);
  let failure: unknown = null;

  const adopt = async (id: string): Promise<void> => {
    worker ??= startWorker({ ledger, ...findInstallation(context.env), spares: 0 });
    const run = await (await worker).adoptOnce(id, () =>
      context.output.progress(`nobody supervises ${id.slice(-8)}; adopted, to be ended here`),
    );
    // Null is nobody to adopt: another adopter was faster, or the runner is gone too and is concluded like any other.
    if (run === null) await settle(ledger);
  };
  return {
    /** @throws what an adoption that was begun here has met. */
    async lookAfter({ id, attempt }: Run): Promise<void> {
      if (failure !== null) throw failure;
      if (attempt === null || attempt.outcome !== null || adoptions.has(id)) return;
      if (!isInReach(ledger, attempt.place)) return elsewhere.lookAfter(id, attempt);
      // One that was stopped holds its lock; where hosts share the ledger its runners have ended themselves.
      if (!(await ledger.isLockFree(attempt.worker))) return elsewhere.takeSilent();
      // Forgotten when done: what another adopter took may lose its supervisor again.
      const adoption = adopt(id).catch((error: unknown) => {
        if (!isDeletion(error)) failure = error;
      });
      adoptions.set(
        id,
        adoption.finally(() => adoptions.delete(id)),
      );
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(adoptions.values());
      if (worker !== null) await (await worker).close();
    },
  };
}

/** Ends what was supervised out of reach that has been silent for long enough, and says once a claim that it is waited for. */
function createTaker(ledger: Ledger, { output }: Teller) {
  const told = new Set<string>();
  let lookedMs = Number.NEGATIVE_INFINITY;
  const takeSilent = async (): Promise<void> => {
    if (performance.now() - lookedMs < lookMs) return;
    lookedMs = performance.now();
    for (const taken of await takeOverSilent(ledger)) {
      output.progress(`took over ${taken.slice(-8)}: its worker is silent`);
    }
  };
  return {
    takeSilent,
    async lookAfter(id: string, { worker, claimId, place }: Attempt): Promise<void> {
      if (!told.has(claimId) && (await ledger.isLockFree(worker))) {
        told.add(claimId);
        const seconds = Math.round((ledger.takeoverAfterMs ?? 0) / 1000);
        const fate = `taken over once nothing was heard of it for ${seconds} s`;
        const home = homeOnThisHost(place);
        const where = home === null ? "on another host, which is not to be seen" : `with its files in ${home}`;
        const advice = home === null ? "" : ", or ended at once by a command with that RUNLEDGER_HOME";
        output.progress(`${id.slice(-8)} was supervised ${where}; ${fate}${advice}`);
      }
      await takeSilent();
    },
  };
}

async function runUnlessDeleted(ledger: Ledger, id: string): Promise<Run | null> {
  try {
    return await ledger.getRun(id);
  } catch (error) {
    if (isDeletion(error)) return null;
    throw error;
  }
}
