// Requests that mean the same and come at the same time: the ledger takes one of them, and the others get what it made.

import { RunledgerError } from "../core/errors.ts";

const triesMax = 5;
/** What the ledger says of an id that is there: by its own rules, or by a constraint. */
const takenCodes: readonly string[] = ["run.id-taken", "ledger.failed"];

/**
 * Makes it, or finds what was made in its place. What a refusal is about may be gone by the time that it is looked for;
 * then another try succeeds.
 * @param find Null: it is not there, or not yet. @throws whatever `make` throws otherwise, and what `find` does
 */
export async function makeOnce<T>({ make, find }: { make(): Promise<T>; find(): Promise<T | null> }): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof RunledgerError) || !takenCodes.includes(error.code)) throw error;
      const known = await find();
      if (known !== null) return known;
      if (tries === triesMax) throw error;
    }
  }
}
