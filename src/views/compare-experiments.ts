// Two experiments cell by cell: what passes in one and not in the other. Cells belong together that are of the same
// subject, condition and trial, and of the same agent where both experiments have it.

import type { ExperimentCell } from "../protocol/http-page-routes.ts";
import { counted } from "./number-words.ts";

export type ComparedCell = ExperimentCell;

/** `gained`: B passes and A does not; `lost`: the other way round; `open`: one of the two has no verdict (yet). */
export type Flip = "gained" | "lost" | "both-pass" | "both-below" | "open";

export type CellPair = { a: ComparedCell; b: ComparedCell; flip: Flip };

export type ExperimentComparison = {
  pairs: CellPair[];
  /** Cells without a counterpart in the other experiment. */
  onlyA: number;
  onlyB: number;
  counts: Record<Flip, number>;
  /** How the agents were paired: by name, or one with one. */
  pairedBy: "agent" | "the only agent of each";
  /** `B gains 3 and loses 1 of 40 pairs.` */
  sentence: string;
  /** How often chance alone would split the flips so unevenly or more so (exact sign test); null without a flip. */
  chance: number | null;
};

export function compareExperiments(a: readonly ComparedCell[], b: readonly ComparedCell[]): ExperimentComparison {
  const [agentsA, agentsB] = [agentsOf(a), agentsOf(b)];
  const isOneEach = agentsA.size === 1 && agentsB.size === 1 && [...agentsA][0] !== [...agentsB][0];
  const keyOf = ({ subject, condition, trial, agent }: ComparedCell) =>
    JSON.stringify([subject, condition, trial, isOneEach ? null : agent]);
  const left = new Map(b.map((cell) => [keyOf(cell), cell]));
  const pairs: CellPair[] = [];
  let onlyA = 0;
  for (const cell of a) {
    const key = keyOf(cell);
    const other = left.get(key);
    left.delete(key);
    if (other === undefined) onlyA += 1;
    else pairs.push({ a: cell, b: other, flip: flipOf(cell, other) });
  }
  const counts: Record<Flip, number> = { gained: 0, lost: 0, "both-pass": 0, "both-below": 0, open: 0 };
  for (const { flip } of pairs) counts[flip] += 1;
  return {
    ...{ pairs, onlyA, onlyB: left.size, counts },
    pairedBy: isOneEach ? "the only agent of each" : "agent",
    sentence: sentenceOf(pairs.length, counts),
    chance: signTest(counts.gained, counts.lost),
  };
}

/** Two-sided exact binomial test of `gained` against `lost` at even odds; null where there is neither. */
export function signTest(gained: number, lost: number): number | null {
  const flips = gained + lost;
  if (flips === 0) return null;
  const most = Math.max(gained, lost);
  let tail = 0;
  // In logarithms: binomial coefficients of thousands have no double.
  let logWays = 0;
  for (let hits = 0; hits <= flips; hits += 1) {
    if (hits > 0) logWays += Math.log(flips - hits + 1) - Math.log(hits);
    if (hits >= most) tail += Math.exp(logWays - flips * Math.LN2);
  }
  return Math.min(1, 2 * tail);
}

function agentsOf(cells: readonly ComparedCell[]): Set<string> {
  return new Set(cells.map(({ agent }) => agent ?? ""));
}

function flipOf(a: ComparedCell, b: ComparedCell): Flip {
  const [verdictA, verdictB] = [verdictOf(a), verdictOf(b)];
  if (verdictA === null || verdictB === null) return "open";
  if (verdictA === verdictB) return verdictA ? "both-pass" : "both-below";
  return verdictB ? "gained" : "lost";
}

/** What ended without a score by its agent's doing counts as below. */
function verdictOf({ passed, standing }: ComparedCell): boolean | null {
  return standing === "zero" ? false : passed;
}

function sentenceOf(pairs: number, { gained, lost, open }: Record<Flip, number>): string {
  if (pairs === 0) return "The two have no cell in common.";
  const rest = open === 0 ? "" : ` ${counted(open, "pair")} ${open === 1 ? "lacks" : "lack"} a verdict.`;
  if (gained === 0 && lost === 0) {
    return open === pairs
      ? `None of ${counted(pairs, "pair")} has two verdicts yet.`
      : `No verdict flips in ${counted(pairs, "pair")}.${rest}`;
  }
  return `From A to B ${counted(gained, "cell")} ${gained === 1 ? "is" : "are"} gained and ${lost} lost, of ${counted(pairs, "pair")}.${rest}`;
}
