// Whole numbers on the command line.

import { RunledgerError } from "../core/errors.ts";

/** A whole number from `min` to `max`, or null if none was given. @throws RunledgerError `usage.bad-value` */
export function readCount(option: string, text: string | null, max: number, min = 0): number | null {
  if (text === null) return null;
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= min && value <= max) return value;
  throw new RunledgerError(
    "usage.bad-value",
    `${option} takes a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`,
  );
}
