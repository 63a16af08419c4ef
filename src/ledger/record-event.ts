// Appends an event of the ledger itself, which belongs to no run, and brings up to date what is folded from it.

import { RunledgerError } from "../core/errors.ts";
import type { NewEvent } from "../core/events.ts";
import { systemLimits } from "../core/system-limits.ts";
import { draftOf, rowOfDraft } from "./draft.ts";
import { type EventRow, eventOfRow } from "./event-row.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** @throws RunledgerError `usage.bad-value` for a limit that is larger than any may be. */
export function recordEvent(tx: WriteTransaction, { event, actor }: { event: NewEvent; actor: string }): EventRow {
  refuseTooLarge(event);
  const nowMs = tx.nowMs();
  const draft = draftOf(event, { attempt: null, actor });
  const row = rowOfDraft(draft, { runId: null, seq: 0, position: tx.nextPosition(nowMs), nowMs });
  tx.insertEvent(row);
  tx.foldLedgerEvent(eventOfRow(row));
  return row;
}

function refuseTooLarge(event: NewEvent): void {
  if (event.type !== "limit.set" || (event.data.max ?? 0) <= systemLimits.slotsMax) return;
  const detail = `limit ${event.data.key}: ${event.data.max} is more than ${systemLimits.slotsMax}, the largest there is`;
  throw new RunledgerError("usage.bad-value", detail, { data: { max: systemLimits.slotsMax } });
}
