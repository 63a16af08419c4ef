// Reads a run's events from the first to the last and folds them anew, noting what cannot be right about them.

import type { DatabaseSync } from "node:sqlite";
import { evolve, type Run } from "../../core/run.ts";
import type { Finding } from "../ledger.ts";
import { firstLink, linkText, nextLink } from "../link.ts";
import { type EventRow, eventColumns, eventOfRow } from "./event-row.ts";
import { type AttemptRow, attemptRow } from "./save-attempt.ts";
import { statement } from "./statement.ts";

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

const sql = `SELECT ${eventColumns} FROM events WHERE run_id = ? ORDER BY seq`;

export function refoldRun(db: DatabaseSync, runId: string): Refolded {
  const fold: Refolded = {
    run: null,
    created: 0,
    link: firstLink(runId),
    attempts: new Map(),
    blobs: [],
    findings: [],
  };
  const find = (position: number, kind: Finding["kind"], detail: string) =>
    fold.findings.push({ runId, position, kind, detail });
  const chain = { texts: "", from: 0 };
  let seq = 0;
  let last = 0;
  let isBroken = false;
  for (const row of statement(db, sql).iterate(runId) as Iterable<EventRow>) {
    if (fold.created === 0) fold.created = row.position;
    if (row.seq !== seq + 1 || row.position <= last) {
      find(row.position, "sequence", `event ${row.seq} at position ${row.position} follows event ${seq} at ${last}`);
      isBroken = true;
    }
    seq = row.seq;
    last = row.position;
    if (chain.texts === "") chain.from = row.seq;
    chain.texts += linkText({ ...row, atMs: row.at, end: row.journal_end, crc: row.journal_crc, dataText: row.data });
    if (row.link !== null) {
      if (nextLink(fold.link, chain.texts) !== row.link) {
        find(row.position, "hash-link", `events ${chain.from} to ${row.seq} are not those that were appended`);
      }
      fold.link = row.link;
      chain.texts = "";
    }
    if (isBroken) continue;
    const fault = foldOne(fold, row);
    if (fault !== null) {
      find(row.position, "unreadable", `event ${row.seq} (${row.type}): ${fault}`);
      isBroken = true;
    }
  }
  if (chain.texts !== "") find(last, "hash-link", `events ${chain.from} to ${seq} end with no link`);
  if (isBroken) fold.run = null;
  return fold;
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

/** The blobs that an event names. */
function blobsOf(type: string, data: Record<string, unknown>): string[] {
  const named =
    type === "run.queued"
      ? (data.subject as { digest?: unknown } | undefined)?.digest
      : type === "artifact.written"
        ? data.digest
        : data.checkpoint;
  return typeof named === "string" ? [named] : [];
}
