// Whether what a ledger was opened with is still what its paths lead to. Where it was moved away, and where another ledger
// was made in its place, a file that is missing tells nothing of the runs of this one.

import { statSync } from "node:fs";
import { ledgerMoved } from "../core/errors.ts";

/**
 * Remembers which files and folders these are now; one that is not there yet, once it is.
 * @returns a look that throws RunledgerError `ledger.moved` if one of them is gone by then, or another one
 */
export function markFiles(paths: readonly string[]): () => void {
  const marks = new Map(paths.map((path) => [path, identityOf(path)]));
  return () => {
    for (const [path, mark] of marks) {
      const now = identityOf(path);
      if (mark === null) marks.set(path, now);
      else if (now !== mark) throw ledgerMoved(path, now === null ? "gone" : "replaced");
    }
  };
}

function identityOf(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.dev}:${stat.ino}`;
}
