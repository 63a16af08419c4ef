// The heart of the ledger: appends events to a run and brings every fold of them up to date, in the transaction of
// its caller. One hash and one UPDATE of the run an append, however many events it has.

import { evolve, type Run } from "../core/run.ts";
import { attemptRow } from "./attempt-row.ts";
import { type Draft, eventOfDraft, rowOfDraft } from "./draft.ts";
import type { EventRow } from "./event-row.ts";
import { firstLink, linkText, nextLink } from "./link.ts";
import type { FoldedRun, WriteTransaction } from "./write-transaction.ts";

export type Appended = { folded: FoldedRun; rows: EventRow[] };

/** Events that change the row of an attempt. */
const attemptTypes = new Set(["attempt.claimed", "attempt.orphaned", "attempt.adopted", "attempt.ended"]);

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
    const place = { runId, seq: (run?.seq ?? 0) + 1, position: tx.nextPosition(nowMs), nowMs, recordedAt };
    run = evolve(run, eventOfDraft(draft, place));
    const row = rowOfDraft(draft, place);
    texts += linkText({ ...row, atMs: row.at, end: row.journal_end, crc: row.journal_crc, dataText: row.data });
    if (index === drafts.length - 1) {
      link = nextLink(link, texts);
      row.link = link;
    }
    tx.insertEvent(row);
    rows.push(row);
    if (attemptTypes.has(draft.type) && run.attempt !== null) tx.saveAttempt(attemptRow(runId, run.attempt));
  }
  if (run === null) throw new Error("an append has at least one event");
  const folded = project(tx, before, { run, link, firstPosition: rows[0]?.position ?? 0 });
  if (rows.some((row) => row.type === "run.deleted")) tx.deleteRun(folded, nowMs);
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
  const place = { created: before?.created ?? firstPosition, link };
  const state = before === null ? tx.insertRun(run, place) : tx.saveRun(before.run, run, place);
  tx.moveRun(before?.run ?? null, run);
  return { run, state, ...place };
}
