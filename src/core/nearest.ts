// Near names for error messages: an unknown name is refused together with the valid ones that it resembles.

/**
 * The candidates that are most likely meant by a mistyped name, nearest first, at most `max`.
 * Case does not count; a name that starts like a candidate is near to it; what differs in more than a third of its
 * letters is not. Ties are in alphabetical order, so the answer is always the same.
 */
export function nearestNames(name: string, candidates: readonly string[], max = 3): string[] {
  const wanted = name.toLowerCase();
  const ranked: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const other = candidate.toLowerCase();
    const distance = editDistance(wanted, other);
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, other.length) / 3));
    const isPrefix = wanted.length >= 3 && other.startsWith(wanted);
    if (distance <= allowed || isPrefix) ranked.push({ candidate, distance: isPrefix ? 1 : distance });
  }
  ranked.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return ranked.slice(0, max).map(({ candidate }) => candidate);
}

/** The words `; did you mean a, b?`, or nothing if no candidate is near. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const near = nearestNames(name, candidates);
  return near.length === 0 ? "" : `; did you mean ${near.join(", ")}?`;
}

/** Names longer than this are compared by their start only, so that a hostile name costs nothing. */
const comparedCharsMax = 100;

/** Letters to insert, delete, replace or swap with their neighbour to turn one text into the other. */
function editDistance(left: string, right: string): number {
  const a = left.slice(0, comparedCharsMax);
  const b = right.slice(0, comparedCharsMax);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      const replaced = at(last, column - 1) + (isSame ? 0 : 1);
      let best = Math.min(replaced, at(last, column) + 1, at(current, column - 1) + 1);
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) best = Math.min(best, at(beforeLast, column - 2) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
