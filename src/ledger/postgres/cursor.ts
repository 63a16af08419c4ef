// The cursor of the stream of all events on PostgreSQL: epoch, transaction and position. It is opaque to all others.

import { RunledgerError } from "../../core/errors.ts";
import type { Cursor } from "../ledger.ts";

/** A place in the order of (xid, position); transaction ids are 64 bits wide and travel as text. */
export type FeedPlace = { xid: string; position: number };

export const feedStart: FeedPlace = { xid: "0", position: 0 };

export function cursorAt({ xid, position }: FeedPlace, epoch: string): Cursor {
  return `${epoch}.${xid}.${position}`;
}

/** The place that a cursor stands for. @throws RunledgerError `cursor.reset` if it is of another epoch, or none */
export function placeOf(cursor: Cursor, epoch: string): FeedPlace {
  const match = /^([0-9a-f]{8})\.(\d{1,20})\.(\d{1,16})$/.exec(cursor);
  const [, of, xid, position] = match ?? [];
  if (of !== epoch || xid === undefined) throw cursorReset(cursor);
  return { xid, position: Number(position) };
}

export function isAhead(place: FeedPlace, head: FeedPlace): boolean {
  const [xid, headXid] = [BigInt(place.xid), BigInt(head.xid)];
  return xid > headXid || (xid === headXid && place.position > head.position);
}

export function cursorReset(cursor: Cursor): RunledgerError {
  return new RunledgerError("cursor.reset", `the cursor ${cursor} is not of this ledger as it is now`);
}
