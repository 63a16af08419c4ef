// What rows of another ledger make of a run: the same events in the same appends, so that the run keeps its hash links
// and folds to the same state. Positions alone are this ledger's own. Pure.

import { RunledgerError } from "../core/errors.ts";
import { isTerminal } from "../core/moves.ts";
import { evolve, type Run } from "../core/run.ts";
import { type AttemptRow, attemptRow } from "./attempt-row.ts";
import { type EventRow, eventOfRow } from "./event-row.ts";
import { firstLink, linkText, nextLink } from "./link.ts";

export type Continued = { run: Run; link: string; rows: EventRow[]; attempts: AttemptRow[] };

/** How far the clock of another ledger's machine may be ahead of this one's, milliseconds. */
const aheadMsMax = 10_000;

/**
 * The run after `rows`, which follow each other without a gap; those that it has already are passed over.
 * @param before The run as it is here, or null. @returns null if no row is new
 * @throws RunledgerError `run.differs` if the rows do not go on from what is here, have not ended, or do not come to the
 * links that they have.
 */
export function continueRun(
  before: { run: Run; link: string } | null,
  rows: readonly EventRow[],
  of: { runId: string; nowMs: number; nextPosition: () => number },
): Continued | null {
  const refuse = (cause: string) =>
    new RunledgerError("run.differs", `run ${of.runId}: ${cause}`, { data: { runId: of.runId } });
  const known = before?.run.seq ?? 0;
  const added = rows.filter(({ seq }) => seq > known);
  if (added.length === 0) return null;
  if (before !== null && !isTerminal(before.run.status)) throw refuse(`it is ${before.run.status} here`);
  const here = rows.find(({ seq }) => seq === known);
  if (here !== undefined && here.link !== before?.link) throw refuse(`its first ${known} events are others here`);
  const last = added.at(-1);
  if (last?.link == null) throw refuse("its last event is not the end of an append");
  if (last.recorded_at > of.nowMs + aheadMsMax) {
    throw refuse(`it was recorded at ${new Date(last.recorded_at).toISOString()}, which is in the future here`);
  }
  const continued = appended(before, added, { ...of, refuse });
  if (!isTerminal(continued.run.status)) throw refuse(`it is ${continued.run.status}, and nobody here supervises it`);
  return continued;
}

function appended(
  before: { run: Run; link: string } | null,
  rows: readonly EventRow[],
  of: { runId: string; nextPosition: () => number; refuse: (cause: string) => RunledgerError },
): Continued {
  let run = before?.run ?? null;
  let link = before?.link ?? firstLink(of.runId);
  let texts = "";
  const attempts: AttemptRow[] = [];
  const copies = rows.map((row) => {
    const copy = { ...row, position: of.nextPosition() };
    run = evolved(run, copy, of.refuse);
    texts += linkText({ ...row, atMs: row.at, end: row.journal_end, crc: row.journal_crc, dataText: row.data });
    if (row.link !== null) {
      link = nextLink(link, texts);
      texts = "";
      if (link !== row.link) throw of.refuse(`the events up to ${row.seq} do not come to the link that closes them`);
    }
    if (row.type.startsWith("attempt.") && run.attempt !== null && row.attempt === run.attempt.number) {
      attempts.push(attemptRow(of.runId, run.attempt));
    }
    return copy;
  });
  if (run === null) throw new Error("rows are at least one");
  return { run, link, rows: copies, attempts };
}

/** A fold that another build accepted and this one does not is the run's fault only as far as this build can tell. */
function evolved(run: Run | null, row: EventRow, refuse: (cause: string) => RunledgerError): Run {
  try {
    return evolve(run, eventOfRow(row));
  } catch (error) {
    throw refuse(`event ${row.seq} (${row.type}): ${error instanceof Error ? error.message : String(error)}`);
  }
}
