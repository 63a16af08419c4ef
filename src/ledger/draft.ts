// Events on their way into a ledger: what was decided, ingested or imported, without what the ledger itself gives.

import {
  currentEvent,
  type EventData,
  type EventType,
  eventCatalogue,
  type LedgerEvent,
  type NewEvent,
} from "../core/events.ts";
import type { Run } from "../core/run.ts";
import { cleanJson } from "../core/text.ts";
import type { JournalCursor } from "../protocol/journal.ts";
import type { EventRow } from "./event-row.ts";

/** An event without its seq, its position and its time in the ledger. */
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

/** Where an event comes to lie. */
export type DraftPlace = {
  runId: string | null;
  seq: number;
  position: number;
  /** The ledger's time, Unix milliseconds and RFC 3339. */
  nowMs: number;
  recordedAt: string;
};

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

/** The event that the draft becomes. */
export function eventOfDraft(draft: Draft, { runId, seq, position, recordedAt }: DraftPlace): LedgerEvent {
  const { type, v, attempt, actor, data } = draft;
  return currentEvent({
    position,
    runId,
    seq,
    attempt,
    v,
    type,
    at: draft.at?.text ?? recordedAt,
    recordedAt,
    actor,
    data,
  });
}

/** The row that the draft becomes, without a link. */
export function rowOfDraft(draft: Draft, place: Omit<DraftPlace, "recordedAt">): EventRow {
  const { runId, seq, position, nowMs } = place;
  const { record } = draft;
  return {
    position,
    run_id: runId,
    seq,
    attempt: draft.attempt,
    v: draft.v,
    type: draft.type,
    at: draft.at?.ms ?? nowMs,
    recorded_at: nowMs,
    actor: draft.actor,
    n: record?.n ?? null,
    journal_end: record?.offset ?? null,
    journal_crc: record?.crc ?? null,
    link: null,
    data: draft.dataText,
  };
}
