// Whether the database's clock goes on as this process's own. Leases are told by it: where it is set, all of them are old
// at once, or of a time to come, until each holder has renewed its own.

import { performance } from "node:perf_hooks";

/** How far the two may part before one of them was set, milliseconds; well within what a take-over has to spare. */
const partMsMax = 4_000;
/** An answer that took longer says too little of when it was given, milliseconds. */
const answerMsMax = 2_000;

export class SteadyClock {
  readonly #ownMs: () => number;
  #apartMs: number | null = null;
  #sinceMs = 0;

  /** @param ownMs A clock that nobody sets. */
  constructor(ownMs: () => number = () => performance.now()) {
    this.#ownMs = ownMs;
  }

  /**
   * Looks at both clocks. What is judged by the database's has to be asked for before it.
   * @param askMs Asks for the database's time.
   * @returns for how long they have gone on together, as far as looks can tell, milliseconds
   */
  async look(askMs: () => Promise<number>): Promise<number> {
    const askedMs = this.#ownMs();
    const databaseMs = await askMs();
    const nowMs = this.#ownMs();
    if (nowMs - askedMs > answerMsMax) return 0;
    const apartMs = databaseMs - nowMs;
    if (this.#apartMs === null || Math.abs(apartMs - this.#apartMs) > partMsMax) {
      this.#apartMs = apartMs;
      this.#sinceMs = nowMs;
    }
    return nowMs - this.#sinceMs;
  }
}
