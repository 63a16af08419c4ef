// The heart of the ledger: appends events to a run and brings every fold of them up to date, in the transaction of
// its caller. One hash and one UPDATE of the run an append, however many events it has.

import {
  currentEvent,
  type EventData,
  type EventType,
  eventCatalogue,
  type LedgerEvent,
  type NewEvent,
} from "../../core/events.ts";
import { evolve, type Run } from "../../core/run.ts";
import { cleanJson } from "../../core/text.ts";
import type { JournalCursor } from "../../protocol/journal.ts";
import { firstLink, linkText, nextLink } from "../link.ts";
import { deleteRun } from "./delete-run.ts";
import type { EventRow } from "./event-row.ts";
import type { FoldedRun } from "./folded-run.ts";
import { insertEvent } from "./insert-event.ts";
import { insertRun } from "./insert-run.ts";
import { moveCount } from "./move-count.ts";
import { moveTally } from "./move-tally.ts";
import { attemptRow, saveAttempt } from "./save-attempt.ts";
import { saveRun } from "./save-run.ts";
import { moveSlots } from "./slots.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** An event on its way into the ledger, without what the ledger itself gives: seq, position, its time. */
export type Draft = {
  type: string;
  v: number;
  attempt: number | null;
  /** The writer's clock as RFC 3339 text and as Unix milliseconds; null is the ledger's time. */
  at: { text: string; ms: number } | null;
  actor: string;
  data: Record<string, unknown>;
  /** The exact text of `data`. */
  dataText: string;
  /** The last journal record that the event takes. */
  record: JournalCursor | null;
};

export type Appended = { folded: FoldedRun; rows: EventRow[] };

/** Events that change the row of an attempt. */
const attemptTypes = new Set(["attempt.claimed", "attempt.orphaned", "attempt.adopted", "attempt.ended"]);

/** Drafts of decided events. An attempt's own events carry its number; a claim takes the next one. */
export function draftsOf(run: Run | null, events: NewEvent[], actor: string): Draft[] {
  let attempt = run?.attempt?.number ?? 0;
  return events.map((event) => {
    if (event.type === "attempt.claimed") attempt += 1;
    return draftOf(event, { attempt: event.type.startsWith("attempt.") ? attempt : null, actor });
  });
}

/** The draft of one event that this process made itself, at the ledger's time. */
export function draftOf(event: NewEvent, of: { attempt: number | null; actor: string }): Draft {
  const text = JSON.stringify(event.data);
  const dataText = cleanJson(text);
  const data = dataText === text ? event.data : (JSON.parse(dataText) as EventData<EventType>);
  return { type: event.type, v: eventCatalogue[event.type].v, at: null, data, dataText, record: null, ...of };
}

/**
 * Appends `drafts`, at least one, to the run that `before` holds (null: they begin it).
 * A `run.deleted` among them takes the run away in the same transaction.
 */
export function appendEvents(tx: WriteTransaction, runId: string, before: FoldedRun | null, drafts: Draft[]): Appended {
  const nowMs = tx.nowMs();
  const recordedAt = new Date(nowMs).toISOString();
  const rows: EventRow[] = [];
  let run = before?.run ?? null;
  let texts = "";
  let link = before?.link ?? firstLink(runId);
  for (const [index, draft] of drafts.entries()) {
    const seq = (run?.seq ?? 0) + 1;
    const position = tx.nextPosition(nowMs);
    run = evolve(run, envelope(draft, { runId, seq, position, recordedAt }));
    const row = rowOf(draft, { runId, seq, position, nowMs });
    texts += linkText({ ...row, atMs: row.at, end: row.journal_end, crc: row.journal_crc, dataText: row.data });
    if (index === drafts.length - 1) {
      link = nextLink(link, texts);
      row.link = link;
    }
    insertEvent(tx.db, row);
    rows.push(row);
    if (attemptTypes.has(draft.type) && run.attempt !== null) saveAttempt(tx.db, attemptRow(runId, run.attempt));
  }
  if (run === null) throw new Error("an append has at least one event");
  const folded = project(tx, before, { run, link, firstPosition: rows[0]?.position ?? 0 });
  if (rows.some((row) => row.type === "run.deleted")) deleteRun(tx, folded, nowMs);
  else tx.keep(folded);
  return { folded, rows };
}

/** Brings the folds of a run up to date after events that were appended. */
export function project(
  tx: WriteTransaction,
  before: FoldedRun | null,
  after: { run: Run; link: string; firstPosition: number },
): FoldedRun {
  const { run, link, firstPosition } = after;
  const created = before?.created ?? firstPosition;
  const state =
    before === null ? insertRun(tx.db, run, { created, link }) : saveRun(tx.db, before.run, run, { created, link });
  moveCount(tx.db, before?.run ?? null, run);
  moveTally(tx.db, before?.run ?? null, run);
  moveSlots(tx.db, before?.run ?? null, run);
  return { run, state, created, link, journal: before?.journal ?? null };
}

function envelope(
  draft: Draft,
  place: { runId: string; seq: number; position: number; recordedAt: string },
): LedgerEvent {
  const { runId, seq, position, recordedAt } = place;
  const { type, v, attempt, actor, data } = draft;
  const at = draft.at?.text ?? recordedAt;
  return currentEvent({ position, runId, seq, attempt, v, type, at, recordedAt, actor, data });
}

function rowOf(draft: Draft, place: { runId: string; seq: number; position: number; nowMs: number }): EventRow {
  const { record } = draft;
  return {
    position: place.position,
    run_id: place.runId,
    seq: place.seq,
    attempt: draft.attempt,
    v: draft.v,
    type: draft.type,
    at: draft.at?.ms ?? place.nowMs,
    recorded_at: place.nowMs,
    actor: draft.actor,
    n: record?.n ?? null,
    journal_end: record?.offset ?? null,
    journal_crc: record?.crc ?? null,
    link: null,
    data: draft.dataText,
  };
}
