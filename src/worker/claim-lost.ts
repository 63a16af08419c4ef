// What is refused because the claim that it names is no longer the attempt's: somebody else supervises it, or it has ended.

import { RunledgerError } from "../core/errors.ts";

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
