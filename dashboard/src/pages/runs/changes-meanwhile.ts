// What changed while a list was being read. The answer may be older than that, and of a run that has ended nobody will tell
// anything more: so it is kept until the answer is there, and taken in once again.

import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import type { RunChanges } from "../../api/run-changes.ts";

/** Runs that are kept for one reading. */
const keptMax = 2_000;

export class ChangesMeanwhile implements RunChanges {
  readonly #runs = new Map<string, RunBody>();
  readonly #deleted = new Set<string>();
  #isTooMuch = false;

  /** More changed than is kept: the list has to be read once more. */
  get isTooMuch(): boolean {
    return this.#isTooMuch;
  }

  get runs(): RunBody[] {
    return [...this.#runs.values()];
  }

  get deleted(): string[] {
    return [...this.#deleted];
  }

  add({ runs, deleted }: RunChanges): void {
    if (this.#isTooMuch) return;
    for (const run of runs) if ((this.#runs.get(run.id)?.seq ?? 0) <= run.seq) this.#runs.set(run.id, run);
    for (const id of deleted) {
      this.#runs.delete(id);
      this.#deleted.add(id);
    }
    if (this.#runs.size + this.#deleted.size <= keptMax) return;
    this.#isTooMuch = true;
    this.#runs.clear();
    this.#deleted.clear();
  }
}
