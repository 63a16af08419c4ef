// Events of the whole ledger with the cursor after each of them, so that a reader can go on after any.

import type { LedgerEvent } from "../core/events.ts";
import type { Cursor, Ledger } from "../ledger/ledger.ts";

/** Events in commit order; `cursors[i]` is the cursor after `events[i]`. `from` and `to` are those at both ends. */
export type Batch = { from: Cursor; to: Cursor; events: readonly LedgerEvent[]; cursors: readonly Cursor[] };

/** Reads the next events after a cursor. @throws RunledgerError `cursor.reset` */
export async function readBatch(ledger: Pick<Ledger, "readAll">, from: Cursor, limit: number): Promise<Batch> {
  const { events, cursors, cursor } = await ledger.readAll(from, limit);
  return { from, to: cursor, events, cursors };
}

/** The part of a batch after one of its cursors; null if the cursor is none of them. */
export function partAfter(batch: Batch, cursor: Cursor): Batch | null {
  const at = batch.cursors.indexOf(cursor);
  if (at === -1) return null;
  return { from: cursor, to: batch.to, events: batch.events.slice(at + 1), cursors: batch.cursors.slice(at + 1) };
}
