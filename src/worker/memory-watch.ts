// What a runner's tree uses of memory: the sum of Pss, the peak, and the last readings as evidence. The kernel adds up
// every page for a reading, so far below the limit there are few of them: the sum of the resident sets, which is never
// less and costs next to nothing, says that there is room.

import type { Evidence, ProcessRef } from "../core/events.ts";
import { pssOf, residentMibOf, treePids } from "./process-facts.ts";

/** Between two looks where there is little room left, and where there is much, milliseconds. */
const lookMs = { min: 250, max: 1_000 };
/** No tree fills a MiB in less than this, milliseconds: two GiB a second. */
const fillMsPerMib = 0.5;
/** Up to this share of the limit the resident sets are enough to know. */
const calmShare = 0.5;
/** So often there is a reading all the same, milliseconds, */
const calmReadingMs = 10_000;
/** and when the resident sets have grown to so many times what they were: the peak is evidence, too. */
const calmGrowth = 1.5;
const readingsKept = 3;

export class MemoryWatch {
  readonly #ref: ProcessRef;
  readonly #limitMib: number | null;
  #nextLookMs = Number.NEGATIVE_INFINITY;
  /** When the last reading was, and the resident sets at the largest one. */
  #measuredMs = Number.NEGATIVE_INFINITY;
  #measuredResidentMib = 0;
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
    const limitMib = this.#limitMib;
    if (limitMib === null || nowMs < this.#nextLookMs) return this.#lastMib;
    const pids = treePids(this.#ref);
    const residentMib = residentMibOf(pids);
    const roomMs = (limitMib - residentMib) * fillMsPerMib;
    this.#nextLookMs = nowMs + Math.min(Math.max(roomMs, lookMs.min), lookMs.max);
    const isCalm = residentMib <= Math.min(limitMib * calmShare, this.#measuredResidentMib * calmGrowth);
    if (isCalm && nowMs - this.#measuredMs < calmReadingMs) return this.#lastMib;
    this.#measuredResidentMib = Math.max(this.#measuredResidentMib, residentMib);
    await this.#measure(pids, nowMs);
    return this.#lastMib;
  }

  async #measure(pids: readonly number[], nowMs: number): Promise<void> {
    this.#measuredMs = nowMs;
    const { pssMib } = await pssOf(pids);
    this.#lastMib = pssMib;
    this.#peakMib = Math.max(this.#peakMib ?? 0, pssMib);
    this.#readings = [...this.#readings, Math.round(pssMib)].slice(-readingsKept);
  }

  /** What was seen, for the ending; null if there was no limit. */
  evidence(): Evidence["memory"] {
    const limitMib = this.#limitMib;
    return limitMib === null ? null : { peakMib: this.#peakMib, limitMib, oomKills: null, readingsMib: this.#readings };
  }
}
