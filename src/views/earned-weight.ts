// What a part of a score has earned of its weight: all or nothing, or a share where its scorer knows more than that.

import { plain } from "./number-words.ts";

/** What scorers lay beside the type of a part that earns. */
export type EarningPart = { weight?: number; heldAfter?: boolean; share?: number };

/** How much of its weight it has earned, 0 to 1. */
export function earnedShare({ heldAfter, share }: EarningPart): number {
  return share ?? (heldAfter === true ? 1 : 0);
}

/** The weight that it has earned, with at most six digits after the point: `0.5`. */
export function earnedWords(part: EarningPart): string {
  return plain(Number((earnedShare(part) * (part.weight ?? 1)).toFixed(6)));
}
