// Events of the whole ledger with the cursor after each of them, so that a reader can go on after any.

import type { LedgerEvent } from "../core/events.ts";
import type { Cursor, EventPage, Ledger } from "../ledger/ledger.ts";

/**
 * Events in commit order; `cursors[i]` is the cursor after `events[i]`, null where nobody knows it. `from` and `to` are
 * those at both ends.
 */
export type Batch = { from: Cursor; to: Cursor; events: readonly LedgerEvent[]; cursors: readonly (Cursor | null)[] };

/** Reads the next events after a cursor. @throws RunledgerError `cursor.reset` */
export async function readBatch(ledger: Pick<Ledger, "readAll">, from: Cursor, limit: number): Promise<Batch> {
  const page = await ledger.readAll(from, limit);
  return { from, to: page.cursor, events: page.events, cursors: cursorsOf(page) };
}

/** The part of a batch after one of its cursors; null if the cursor is none of them. */
export function partAfter(batch: Batch, cursor: Cursor): Batch | null {
  const at = batch.cursors.indexOf(cursor);
  if (at === -1) return null;
  return { from: cursor, to: batch.to, events: batch.events.slice(at + 1), cursors: batch.cursors.slice(at + 1) };
}

/**
 * The cursor after each event. Of a page that says only the one after its last event, the others follow from it where a
 * cursor is nothing but an epoch and a position; elsewhere they stay unknown, and one who comes back gets the page again.
 */
function cursorsOf(page: EventPage & { cursors?: readonly Cursor[] }): readonly (Cursor | null)[] {
  if (page.cursors !== undefined) return page.cursors;
  const [, epoch] = /^([0-9a-f]{8})\.\d+$/.exec(page.cursor) ?? [];
  return page.events.map(({ position }, index) => {
    if (index === page.events.length - 1) return page.cursor;
    return epoch === undefined ? null : `${epoch}.${position}`;
  });
}
