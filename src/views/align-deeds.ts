// The calls of two runs side by side: which call of one answers to which of the other, at the fewest differences.

import { canonicalJson } from "../core/document-value.ts";
import type { Deed } from "./run-deeds.ts";

/** What differs between two calls that stand side by side. */
export type RowDifference = "none" | "arguments" | "outcome" | "result" | "only-a" | "only-b";

export type AlignedRow = { a: Deed | null; b: Deed | null; difference: RowDifference };

/** Above so many pairs of calls the middle is paired in order: to weigh all pairs would take seconds and memory. */
const pairsMax = 1_000_000;
/** A call that stands alone. */
const aloneCost = 2;
const costs: Record<RowDifference, number> = {
  ...{ none: 0, arguments: 2, outcome: 1, result: 1 },
  ...{ "only-a": aloneCost, "only-b": aloneCost },
};

/** Rows in order of both runs. Calls of different tools, or of different steps, never stand side by side. */
export function alignDeeds(ofA: readonly Deed[], ofB: readonly Deed[]): AlignedRow[] {
  const [a, b] = [ofA.map(marksOf), ofB.map(marksOf)];
  const least = Math.min(a.length, b.length);
  let head = 0;
  while (head < least && differenceOf(a[head], b[head]) === "none") head += 1;
  let tail = 0;
  while (tail < least - head && differenceOf(a.at(-1 - tail), b.at(-1 - tail)) === "none") tail += 1;
  const middleA = a.slice(head, a.length - tail);
  const middleB = b.slice(head, b.length - tail);
  const isSmall = middleA.length * middleB.length <= pairsMax;
  return [
    ...inOrder(a.slice(0, head), b.slice(0, head)),
    ...(isSmall ? atLeastCost(middleA, middleB) : inOrder(middleA, middleB)),
    ...inOrder(a.slice(a.length - tail), b.slice(b.length - tail)),
  ];
}

/** A call and what it is compared by, each as a text. */
type Marked = { deed: Deed; place: string; args: string; outcome: string; result: string };

function marksOf(deed: Deed): Marked {
  const { step, tool, args, outcome, error, transactions, result } = deed;
  return {
    deed,
    place: canonicalJson([step, tool]),
    args: canonicalJson(args),
    outcome: canonicalJson([outcome, error, transactions]),
    result: canonicalJson(result),
  };
}

/** Null where the two cannot stand side by side. */
function differenceOf(a: Marked | undefined, b: Marked | undefined): RowDifference | null {
  if (a === undefined || b === undefined || a.place !== b.place) return null;
  if (a.args !== b.args) return "arguments";
  if (a.outcome !== b.outcome) return "outcome";
  return a.result === b.result ? "none" : "result";
}

function inOrder(a: readonly Marked[], b: readonly Marked[]): AlignedRow[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, at) => at).flatMap((at) => pairOrAlone(a[at], b[at]));
}

function pairOrAlone(a: Marked | undefined, b: Marked | undefined): AlignedRow[] {
  const difference = differenceOf(a, b);
  if (a !== undefined && b !== undefined && difference !== null) return [{ a: a.deed, b: b.deed, difference }];
  return [
    ...(a === undefined ? [] : [{ a: a.deed, b: null, difference: "only-a" as const }]),
    ...(b === undefined ? [] : [{ a: null, b: b.deed, difference: "only-b" as const }]),
  ];
}

/** Edit distance over whole calls (Needleman and Wunsch, 1970), read back from the beginning. */
function atLeastCost(a: readonly Marked[], b: readonly Marked[]): AlignedRow[] {
  const rest = restCosts(a, b);
  const rows: AlignedRow[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const difference = differenceOf(a[i], b[j]);
    if (difference !== null && costs[difference] + rest(i + 1, j + 1) === rest(i, j)) {
      rows.push(...pairOrAlone(a[i], b[j]));
      i += 1;
      j += 1;
    } else if (i < a.length && aloneCost + rest(i + 1, j) === rest(i, j)) {
      rows.push(...pairOrAlone(a[i], undefined));
      i += 1;
    } else {
      rows.push(...pairOrAlone(undefined, b[j]));
      j += 1;
    }
  }
  return rows;
}

/** The least cost of all calls after the first `i` of A and the first `j` of B. */
function restCosts(a: readonly Marked[], b: readonly Marked[]): (i: number, j: number) => number {
  const width = b.length + 1;
  const least = new Uint32Array((a.length + 1) * width);
  const rest = (i: number, j: number): number => least[i * width + j] ?? 0;
  for (let i = a.length; i >= 0; i -= 1) {
    for (let j = b.length; j >= 0; j -= 1) {
      if (i === a.length || j === b.length) {
        least[i * width + j] = aloneCost * (a.length - i + b.length - j);
        continue;
      }
      const difference = differenceOf(a[i], b[j]);
      const paired = difference === null ? Number.POSITIVE_INFINITY : costs[difference] + rest(i + 1, j + 1);
      least[i * width + j] = Math.min(paired, aloneCost + rest(i + 1, j), aloneCost + rest(i, j + 1));
    }
  }
  return rest;
}
