// Numbers out of repeated measurements. Machines of this kind are shared, so one figure alone says little: reference
// and candidate take turns, and what counts is the median, with the spread beside it.

export type Figure = {
  median: number;
  /** First and third quartile. */
  low: number;
  high: number;
  count: number;
};

/** The middle of the values, and the quartiles around it. */
export function figureOf(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return { median: at(0.5), low: at(0.25), high: at(0.75), count: sorted.length };
}

/** Runs all of them in turn, `rounds` times, and gives each one's results in order. */
export async function takeTurns<Name extends string, T>(
  rounds: number,
  measures: Readonly<Record<Name, () => Promise<T>>>,
): Promise<Record<Name, T[]>> {
  const names = Object.keys(measures) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<Name, T[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) results[name].push(await measures[name]());
  }
  return results;
}

/** The median of the ratios of each pair. */
export function pairedRatio(candidate: readonly number[], reference: readonly number[]): number {
  return figureOf(candidate.map((value, index) => value / (reference[index] ?? Number.NaN))).median;
}

/** Milliseconds that the work takes. */
export async function timed(work: () => unknown): Promise<number> {
  const beginMs = performance.now();
  await work();
  return performance.now() - beginMs;
}
