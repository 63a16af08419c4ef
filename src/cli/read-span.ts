// A span of time as people write it: 90s, 30m, 12h, 30d.

import { RunledgerError } from "../core/errors.ts";

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds, more than none. @throws RunledgerError `usage.bad-value` */
export function readSpan(option: string, text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && Number(count) > 0) return Number(count) * unitMs[unit as keyof typeof unitMs];
  throw new RunledgerError(
    "usage.bad-value",
    `${option} takes a span like 30d, 12h or 90m, not ${JSON.stringify(text)}`,
  );
}
