// A row of the events table, and the event that it holds.

import { currentEvent, type LedgerEvent } from "../core/events.ts";

export type EventRow = {
  position: number;
  run_id: string | null;
  seq: number;
  attempt: number | null;
  v: number;
  type: string;
  /** Unix milliseconds, like recorded_at. */
  at: number;
  recorded_at: number;
  actor: string;
  n: number | null;
  journal_end: number | null;
  journal_crc: string | null;
  link: string | null;
  /** Exact JSON text. */
  data: string;
};

export const eventColumns =
  "position, run_id, seq, attempt, v, type, at, recorded_at, actor, n, journal_end, journal_crc, link, data";

/** The event in its present form; an old version is upcast, an unknown type marked. */
export function eventOfRow(row: EventRow): LedgerEvent {
  return currentEvent({
    position: row.position,
    runId: row.run_id,
    seq: row.seq,
    attempt: row.attempt,
    v: row.v,
    type: row.type,
    at: new Date(row.at).toISOString(),
    recordedAt: new Date(row.recorded_at).toISOString(),
    actor: row.actor,
    data: JSON.parse(row.data) as Record<string, unknown>,
  });
}
