// Appends an event of the ledger itself, which belongs to no run, and brings up to date what is folded from it.

import { RunledgerError } from "../../core/errors.ts";
import type { NewEvent } from "../../core/events.ts";
import { systemLimits } from "../../core/system-limits.ts";
import { draftOf } from "./append-events.ts";
import { type EventRow, eventOfRow } from "./event-row.ts";
import { foldLedgerEvent } from "./fold-ledger-event.ts";
import { insertEvent } from "./insert-event.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** @throws RunledgerError `usage.bad-value` for a limit that is larger than any may be. */
export function recordEvent(tx: WriteTransaction, { event, actor }: { event: NewEvent; actor: string }): EventRow {
  refuseTooLarge(event);
  const draft = draftOf(event, { attempt: null, actor });
  const nowMs = tx.nowMs();
  const row: EventRow = {
    position: tx.nextPosition(nowMs),
    run_id: null,
    seq: 0,
    attempt: null,
    v: draft.v,
    type: draft.type,
    at: nowMs,
    recorded_at: nowMs,
    actor,
    n: null,
    journal_end: null,
    journal_crc: null,
    link: null,
    data: draft.dataText,
  };
  insertEvent(tx.db, row);
  foldLedgerEvent(tx.db, eventOfRow(row));
  return row;
}

function refuseTooLarge(event: NewEvent): void {
  if (event.type !== "limit.set" || (event.data.max ?? 0) <= systemLimits.slotsMax) return;
  const detail = `limit ${event.data.key}: ${event.data.max} is more than ${systemLimits.slotsMax}, the largest there is`;
  throw new RunledgerError("usage.bad-value", detail, { data: { max: systemLimits.slotsMax } });
}
