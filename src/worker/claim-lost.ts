// What is refused because the claim that it names is no longer the attempt's: somebody else supervises it, or it has ended.

import { RunledgerError } from "../core/errors.ts";
import { isKnown } from "../core/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { eventsOfRun } from "./events-of-run.ts";

/** True for a refusal of a write by a claim that is another's by now. */
export function isClaimLost(error: unknown): boolean {
  return error instanceof RunledgerError && error.code === "run.claim-lost";
}

/** What the work gives; null if the claim is another's by now. */
export async function unlessLost<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isClaimLost(error)) return null;
    throw error;
  }
}

/** True if the ledger says so: the attempt has an ending, another came after it, or the whole run was deleted. */
export async function isAttemptOver(ledger: Ledger, of: { runId: string; attempt: number }): Promise<boolean> {
  try {
    const run = await ledger.getRun(of.runId);
    return run !== null && (run.attempt?.number !== of.attempt || run.attempt.outcome !== null);
  } catch (error) {
    if (isDeleted(error)) return true;
    throw error;
  }
}

/** The claim that the attempt began with, which adoptions leave where it was; null if the ledger knows of no such attempt. */
export async function firstClaimOf(ledger: Ledger, of: { runId: string; attempt: number }): Promise<string | null> {
  const run = await ledger.getRun(of.runId);
  if (run === null) return null;
  for await (const event of eventsOfRun(ledger, run)) {
    if (event.attempt === of.attempt && isKnown(event) && event.type === "attempt.claimed") return event.data.claimId;
  }
  return null;
}

/** True for an answer that there was such a run. */
export function isDeleted(error: unknown): boolean {
  return error instanceof RunledgerError && error.code === "run.deleted";
}
