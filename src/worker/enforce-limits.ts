// Which process limit an attempt has met. Pure: the supervisor measures, this compares.

import type { RunError } from "../core/events.ts";
import type { RunLimits } from "../core/limits.ts";

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

const codes = {
  wall_s: "limit.wall_s",
  idle_s: "limit.idle_s",
  memory_mib: "limit.memory",
  journal_mib: "limit.journal",
  events: "limit.events",
} as const;

function over(
  limit: keyof typeof codes,
  value: number | null,
  max: number | null,
  say: (max: number) => string,
): RunError | null {
  if (value === null || max === null || value <= max) return null;
  return { code: codes[limit], origin: "agent", message: say(max), limit };
}
