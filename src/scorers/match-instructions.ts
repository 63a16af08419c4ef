// How far executed instructions are the expected ones: by place, as the profile `reev-1` counts, and by best
// alignment, as the diagnosis shows it. Pure.

import type { InstructionRecord } from "../environments/observation.ts";
import type { ExpectedInstruction } from "./ground-truth.ts";
import { shareOf } from "./outcome.ts";

/** Share of the expected weights that the instruction at the same place earns. */
export function positionalShare(
  expected: readonly ExpectedInstruction[],
  actual: readonly InstructionRecord[],
): number {
  return shareOf(
    expected.map((one, index) => earnedWeight(one, actual[index])),
    expected.map(possibleWeight),
  );
}

/**
 * Share of the expected weights under the best alignment: both lists keep their order, either may skip. What an agent
 * did beside the expected costs nothing here; assertions say what must not be done.
 */
export function alignedShare(expected: readonly ExpectedInstruction[], actual: readonly InstructionRecord[]): number {
  // Longest common subsequence, weighted: best[j] is the most that the expected ones so far earn among the first j.
  let best: number[] = new Array(actual.length + 1).fill(0);
  for (const wanted of expected) {
    const next = [0];
    for (const [index, done] of actual.entries()) {
      const matched = (best[index] ?? 0) + earnedWeight(wanted, done);
      next.push(Math.max(matched, best[index + 1] ?? 0, next[index] ?? 0));
    }
    best = next;
  }
  return shareOf([best[actual.length] ?? 0], expected.map(possibleWeight));
}

/** Each component is compared by itself: the program, the data if some is expected, and each account by its place. */
function earnedWeight(expected: ExpectedInstruction, actual: InstructionRecord | undefined): number {
  if (actual === undefined) return 0;
  let earned = expected.program_id === actual.programId ? expected.program_id_weight : 0;
  if (expected.data !== undefined && expected.data === actual.data) earned += expected.data_weight;
  for (const [index, wanted] of expected.accounts.entries()) {
    const account = actual.accounts[index];
    if (account === undefined) continue;
    const isSame = wanted.pubkey === account.name || wanted.pubkey === account.address;
    if (isSame && wanted.is_signer === account.signer && wanted.is_writable === account.writable)
      earned += wanted.weight;
  }
  return earned;
}

function possibleWeight({ program_id_weight, data, data_weight, accounts }: ExpectedInstruction): number {
  return (
    program_id_weight + (data === undefined ? 0 : data_weight) + accounts.reduce((sum, one) => sum + one.weight, 0)
  );
}
