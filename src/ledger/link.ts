// The hash link that ends each append of a run: sha256 over the link before it and the texts of the append's events.
// It finds faults, not forgers. Both databases make it from this file, so that a run keeps its links when it moves.

import { hash } from "node:crypto";

/** What a link covers of an event: all of it but `position` and `recordedAt`, which are the ledger's and not the run's. */
export type LinkedEvent = {
  seq: number;
  attempt: number | null;
  v: number;
  type: string;
  /** Unix milliseconds. */
  atMs: number;
  actor: string;
  /** Where the event's journal record lies, if it came out of a journal. */
  n: number | null;
  end: number | null;
  crc: string | null;
  /** The exact JSON text as stored. */
  dataText: string;
};

/** The link that a run's first append continues from; it ties the chain to the run. */
export function firstLink(runId: string): string {
  return `run:${runId}`;
}

/**
 * The canonical text of one event: its fields in this order, between commas, and a line feed. No two events share a
 * text: numbers and `null` hold no comma, types, actors (as JSON) and crcs no unquoted one, and JSON no line feed.
 */
export function linkText(event: LinkedEvent): string {
  const { seq, attempt, v, type, atMs, actor, n, end, crc, dataText } = event;
  return `${seq},${attempt},${v},${type},${atMs},${quoted(actor)},${n},${end},${crc},${dataText}\n`;
}

/** The link of an append, as 64 hex digits: `texts` are the canonical texts of its events, one after the other. */
export function nextLink(previous: string, texts: string): string {
  return hash("sha256", `${previous}\n${texts}`);
}

let lastActor = { actor: "", text: '""' };

/** The actor as JSON; one after the other is mostly the same. */
function quoted(actor: string): string {
  if (lastActor.actor !== actor) lastActor = { actor, text: JSON.stringify(actor) };
  return lastActor.text;
}
