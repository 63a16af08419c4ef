// How events of one run are picked by type, whichever database they are in: by ranges of seq, which has no gaps, so that a
// call costs the same whatever the run holds.

import type { PickQuery } from "./ledger-access.ts";

/** Events that one call looks at. */
const pickLooksMax = 20_000;

/** The seqs that a call looks at, both included, and how many events it may give. */
export function pickRange({ from, direction }: Pick<PickQuery, "from" | "direction">): { first: number; last: number } {
  return direction === "after"
    ? { first: from + 1, last: from + pickLooksMax }
    : { first: Math.max(1, from - pickLooksMax), last: from - 1 };
}

/**
 * How far a call has looked.
 * @param found Seqs that were found, in their direction.
 * @param newest The run's newest seq.
 */
export function reachedOf(query: PickQuery, found: readonly number[], newest: number): number {
  const { first, last } = pickRange(query);
  const end = found.at(-1);
  if (found.length === query.limit && end !== undefined) return end;
  if (query.direction === "before") return Math.min(first, query.from);
  // What was recorded between two reads of one call may have been found already.
  return Math.max(query.from, end ?? 0, Math.min(last, newest));
}
