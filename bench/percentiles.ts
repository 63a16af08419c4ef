// What budgets of delays speak of: the middle and the far end of many measurements.

import { type Row, row, short } from "./report.ts";

export type Percentiles = { p50: number; p99: number; max: number; count: number };

/** Of fewer than a hundred values the p99 is the largest. */
export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1), count: sorted.length };
}

/** A row of milliseconds; `p99MsMax` is the budget of the p99, if there is one. */
export function delayRow(what: string, values: readonly number[], p99MsMax: number | null = null): Row {
  const { p50, p99, max, count } = percentilesOf(values);
  const figure = `p50 ${short(p50)} ms, p99 ${short(p99)} ms, max ${short(max)} ms of ${count}`;
  if (p99MsMax === null) return row(what, figure);
  return { ...row(what, figure), budget: { words: `p99 <= ${short(p99MsMax)} ms`, isMet: p99 <= p99MsMax } };
}
