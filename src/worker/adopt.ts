// What follows an adoption at once: a look at whether the runner lives, and the word that another process supervises it
// from here on. The newest claim is the one that it obeys.

import { uptime } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { isKnown } from "../core/events.ts";
import type { Attempt, Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RunnerFacts } from "../protocol/spec.ts";
import { appendControl } from "./append-control.ts";
import { awakeS } from "./awake-clock.ts";
import { isRunnerThere, readRunnerFacts } from "./conclude.ts";
import { eventsOfRun } from "./events-of-run.ts";
import { isPassingFault } from "./passing-fault.ts";
import type { Supervised } from "./supervised.ts";

/** Between two tries, milliseconds. */
const tryAgainMs = 500;

type Adopted = {
  ledger: Ledger;
  runId: string;
  attempt: number;
  folder: string;
  /** As they were read before; null to look for them again once the files can be read. */
  facts: RunnerFacts | null;
  claimId: string;
  /** The claim that the runner may know last; null for the one that it was begun with. */
  fromClaimId: string | null;
  /** Fires when the attempt is to be left to whoever comes next. */
  leave: AbortSignal;
};

/**
 * Tells the runner, if it lives, by whom it was adopted, unless it was begun for that claim. Faults that pass are waited
 * for: the attempt is the adopter's by now, and nobody else would look after it.
 * @returns the runner as it was written down, and up to where the ledger has its journal
 */
export async function greetRunner({ leave, ...of }: Adopted): Promise<Pick<Supervised, "facts" | "cursor">> {
  const { ledger, folder, claimId } = of;
  for (;;) {
    try {
      const facts = of.facts ?? readRunnerFacts(folder);
      if (isRunnerThere(ledger, folder, facts)) {
        const fromClaimId = of.fromClaimId ?? facts?.claimId ?? claimId;
        const line = { type: "adopted" as const, claimId, fromClaimId, at: new Date().toISOString() };
        // Whoever supervised it before may have had no room for the end of its last words.
        if (fromClaimId !== claimId) await appendControl(folder, line, true);
      }
      return { facts, cursor: await ledger.journalCursor(of.runId, of.attempt) };
    } catch (error) {
      if (!isPassingFault(error) || leave.aborted) throw error;
    }
    await wait(tryAgainMs, undefined, { signal: leave }).catch(() => undefined);
  }
}

/**
 * The claim from which the present one took the attempt over; null if the attempt began with it. A runner takes an adoption
 * from a claim that it knows to be over for one that came too late.
 */
export async function claimBefore(ledger: Ledger, run: Run, { number, claimId }: Attempt): Promise<string | null> {
  let before: string | null = null;
  for await (const event of eventsOfRun(ledger, run)) {
    if (event.attempt !== number || !isKnown(event)) continue;
    if (event.type !== "attempt.claimed" && event.type !== "attempt.adopted") continue;
    if (event.data.claimId === claimId) return before;
    before = event.data.claimId;
  }
  return null;
}

/**
 * How long the runner has had its attempt, seconds, by a clock that nobody sets: while the machine sleeps no limit on time
 * counts, as with a supervisor that is there all along. 0 if nobody wrote down when it began.
 */
export function ranS(facts: RunnerFacts | null): number {
  const { handedOverAwakeS, handedOverUptimeS } = facts ?? {};
  if (handedOverAwakeS !== undefined) return Math.max(0, awakeS() - handedOverAwakeS);
  return handedOverUptimeS === undefined ? 0 : Math.max(0, uptime() - handedOverUptimeS);
}
