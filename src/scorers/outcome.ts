// The profile `outcome`: what is true in the end counts, not the way there. Pure.

/** What the score is computed from; shown in a fuller form as the parts of the score. */
export type OutcomePart = {
  weight: number;
  invariant: boolean;
  heldAfter: boolean;
  /** How much of the weight is earned, 0 to 1, where that is more than all or nothing. */
  share?: number | undefined;
};

/**
 * The weights that hold, each by its share, over all weights that earn. 0 if the gate is unmet or an invariant is broken.
 * Neither the order of the parts nor a common factor in their weights changes it.
 * @returns 0 to 1; 0 if nothing earns.
 */
export function outcomeScore(parts: readonly OutcomePart[], isGateMet: boolean): number {
  if (!isGateMet || parts.some(({ invariant, heldAfter }) => invariant && !heldAfter)) return 0;
  const earning = parts.filter(({ invariant }) => !invariant);
  return tidy(
    shareOf(
      earning.map(({ weight, heldAfter, share }) => weight * (share ?? (heldAfter ? 1 : 0))),
      earning.map(({ weight }) => weight),
    ),
  );
}

/** Sum of the earned over the sum of the possible, 0 if nothing was possible. Not tidied yet: a score may be made of it. */
export function shareOf(earned: readonly number[], possible: readonly number[]): number {
  const whole = sumOf(possible);
  return whole === 0 ? 0 : sumOf(earned) / whole;
}

/** A score without the noise of binary fractions: 12 digits, so that 0.1 + 0.2 meets a bar of 0.3. */
export function tidy(score: number): number {
  return Math.min(1, Math.max(0, Math.round(score * 1e12) / 1e12));
}

/** Adds in order of size, so that the order of the addends does not show in the last digit. */
function sumOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b).reduce((sum, value) => sum + value, 0);
}
