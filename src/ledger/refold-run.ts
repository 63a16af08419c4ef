// Folds a run anew from its events, given from the first to the last, and notes what cannot be right about them.

import { evolve, type Run } from "../core/run.ts";
import { type AttemptRow, attemptRow } from "./attempt-row.ts";
import { type EventRow, eventOfRow } from "./event-row.ts";
import type { Finding } from "./ledger.ts";
import { firstLink, linkText, nextLink } from "./link.ts";

export type Refolded = {
  /** Null if there are no events or they cannot be folded; `findings` then says why. */
  run: Run | null;
  created: number;
  link: string;
  attempts: Map<number, AttemptRow>;
  /** Digests of blobs that have to exist. */
  blobs: { position: number; digest: string }[];
  findings: Finding[];
};

export class Refold {
  readonly #runId: string;
  readonly #fold: Refolded;
  readonly #chain = { texts: "", from: 0 };
  #seq = 0;
  #last = 0;
  #isBroken = false;

  constructor(runId: string) {
    this.#runId = runId;
    this.#fold = { run: null, created: 0, link: firstLink(runId), attempts: new Map(), blobs: [], findings: [] };
  }

  /** Takes the next event. */
  add(row: EventRow): void {
    if (this.#fold.created === 0) this.#fold.created = row.position;
    if (row.seq !== this.#seq + 1 || row.position <= this.#last) {
      const follows = `event ${row.seq} at position ${row.position} follows event ${this.#seq} at ${this.#last}`;
      this.#find(row.position, "sequence", follows);
      this.#isBroken = true;
    }
    this.#seq = row.seq;
    this.#last = row.position;
    this.#checkLink(row);
    if (this.#isBroken) return;
    const fault = foldOne(this.#fold, row);
    if (fault === null) return;
    this.#find(row.position, "unreadable", `event ${row.seq} (${row.type}): ${fault}`);
    this.#isBroken = true;
  }

  /** What the events add up to; no more can be added. */
  end(): Refolded {
    if (this.#chain.texts !== "") {
      this.#find(this.#last, "hash-link", `events ${this.#chain.from} to ${this.#seq} end with no link`);
    }
    if (this.#isBroken) this.#fold.run = null;
    return this.#fold;
  }

  #checkLink(row: EventRow): void {
    const chain = this.#chain;
    if (chain.texts === "") chain.from = row.seq;
    chain.texts += linkText({ ...row, atMs: row.at, end: row.journal_end, crc: row.journal_crc, dataText: row.data });
    if (row.link === null) return;
    if (nextLink(this.#fold.link, chain.texts) !== row.link) {
      this.#find(row.position, "hash-link", `events ${chain.from} to ${row.seq} are not those that were appended`);
    }
    this.#fold.link = row.link;
    chain.texts = "";
  }

  #find(position: number, kind: Finding["kind"], detail: string): void {
    this.#fold.findings.push({ runId: this.#runId, position, kind, detail });
  }
}

function foldOne(fold: Refolded, row: EventRow): string | null {
  try {
    const event = eventOfRow(row);
    fold.run = evolve(fold.run, event);
    noteLate(fold, row);
    if (row.type.startsWith("attempt.") && fold.run.attempt?.number === row.attempt) {
      fold.attempts.set(row.attempt, attemptRow(fold.run.id, fold.run.attempt));
    }
    for (const digest of blobsOf(row.type, event.data)) fold.blobs.push({ position: row.position, digest });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** After an attempt's end its records leave attempt.late and nothing else. */
function noteLate(fold: Refolded, row: EventRow): void {
  if (row.n === null || row.attempt === null || row.type.startsWith("attempt.")) return;
  if ((fold.attempts.get(row.attempt)?.outcome ?? null) === null) return;
  const detail = `event ${row.seq} (${row.type}) was taken after the end of attempt ${row.attempt}`;
  fold.findings.push({ runId: row.run_id, position: row.position, kind: "late-event", detail });
}

/** Digests of the blobs that an event names. */
export function blobsOf(type: string, data: Record<string, unknown>): string[] {
  const named =
    type === "run.queued"
      ? (data.subject as { digest?: unknown } | undefined)?.digest
      : type === "artifact.written"
        ? data.digest
        : data.checkpoint;
  return typeof named === "string" ? [named] : [];
}
