// Appends an event of the ledger itself, which belongs to no run.

import type { NewEvent } from "../../core/events.ts";
import { draftOf } from "./append-events.ts";
import type { EventRow } from "./event-row.ts";
import { insertEvent } from "./insert-event.ts";
import type { WriteTransaction } from "./write-transaction.ts";

export function recordEvent(tx: WriteTransaction, { event, actor }: { event: NewEvent; actor: string }): EventRow {
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
  return row;
}
