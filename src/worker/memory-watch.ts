// What a runner's tree uses of memory, read now and then: the sum of Pss, the peak, and the last readings as evidence.

import type { Evidence, ProcessRef } from "../core/events.ts";
import { pssOfTree } from "./process-facts.ts";

/** Between two readings, milliseconds; the kernel adds up every page for each. */
const pollMs = 250;
const readingsKept = 3;

export class MemoryWatch {
  readonly #ref: ProcessRef;
  readonly #limitMib: number | null;
  #measuredMs = Number.NEGATIVE_INFINITY;
  #peakMib: number | null = null;
  #lastMib: number | null = null;
  #readings: number[] = [];

  /** @param limitMib The run's limit; without one nothing is measured. */
  constructor(ref: ProcessRef, limitMib: number | null) {
    this.#ref = ref;
    this.#limitMib = limitMib;
  }

  /** The tree's memory as of the last reading, in MiB; null if nothing was measured. */
  async treeMib(nowMs: number): Promise<number | null> {
    if (this.#limitMib === null || nowMs - this.#measuredMs < pollMs) return this.#lastMib;
    this.#measuredMs = nowMs;
    const { pssMib } = await pssOfTree(this.#ref);
    this.#lastMib = pssMib;
    this.#peakMib = Math.max(this.#peakMib ?? 0, pssMib);
    this.#readings = [...this.#readings, Math.round(pssMib)].slice(-readingsKept);
    return pssMib;
  }

  /** What was seen, for the ending; null if there was no limit. */
  evidence(): Evidence["memory"] {
    const limitMib = this.#limitMib;
    return limitMib === null ? null : { peakMib: this.#peakMib, limitMib, oomKills: null, readingsMib: this.#readings };
  }
}
