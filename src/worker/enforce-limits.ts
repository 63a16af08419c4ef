// Which process limit an attempt has met. Pure: the supervisor measures, this compares.

import type { RunError } from "../core/events.ts";
import { limitCode } from "../core/limit-code.ts";
import type { RunLimitName, RunLimits } from "../core/limits.ts";

/** What the supervisor measured; seconds on a monotonic clock. */
export type Measured = {
  ranS: number;
  /** Since the last journal record; null before the first. */
  silentS: number | null;
  treeMib: number | null;
  journalBytes: number;
  records: number;
};

const mib = 1024 * 1024;

/** The first limit that is met, as the error that it makes, or null. */
export function limitMet(limits: RunLimits, measured: Measured): RunError | null {
  const { ranS, silentS, treeMib, journalBytes, records } = measured;
  return (
    over("wall_s", ranS, limits.wall_s, (max) => `it ran for ${ranS.toFixed(1)} s of at most ${max} s`) ??
    over("idle_s", silentS, limits.idle_s, (max) => `it reported nothing for ${max} s`) ??
    over(
      "memory_mib",
      treeMib,
      limits.memory_mib,
      (max) => `its processes use ${treeMib?.toFixed(0)} of at most ${max} MiB`,
    ) ??
    over("journal_mib", journalBytes / mib, limits.journal_mib, (max) => `its journal is larger than ${max} MiB`) ??
    over("events", records, limits.events, (max) => `it recorded more than ${max} events`)
  );
}

function over(
  limit: RunLimitName,
  value: number | null,
  max: number | null,
  say: (max: number) => string,
): RunError | null {
  if (value === null || max === null || value <= max) return null;
  return { code: limitCode(limit), origin: "agent", message: say(max), limit };
}
