// The cursor of the stream of all events on SQLite: epoch and position. It is opaque to all others.

import { RunledgerError } from "../../core/errors.ts";
import type { Cursor } from "../ledger.ts";

/** The cursor after this position. */
export function cursorAt(position: number, epoch: string): Cursor {
  return `${epoch}.${position}`;
}

/** The position that a cursor stands for. @throws RunledgerError `cursor.reset` */
export function positionOf(cursor: Cursor, { epoch, head }: { epoch: string; head: number }): number {
  const match = /^([0-9a-f]{8})\.(\d{1,15})$/.exec(cursor);
  const position = Number(match?.[2]);
  if (match?.[1] === epoch && position <= head) return position;
  throw new RunledgerError("cursor.reset", `the cursor ${cursor} is not of this ledger as it is now`);
}
