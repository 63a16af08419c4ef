// Takes a run as another ledger has it, and the plan of an experiment.

import { project } from "./append-events.ts";
import { continueRun } from "./continue-run.ts";
import { type EventRow, eventOfRow } from "./event-row.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** @returns whether there was anything new. @throws RunledgerError `run.differs`, `run.deleted` */
export function copyRun(
  tx: WriteTransaction,
  { runId, rows }: { runId: string; rows: EventRow[] },
): { isNew: boolean } {
  const before = tx.run(runId);
  const nowMs = tx.nowMs();
  const continued = continueRun(before, rows, { runId, nowMs, nextPosition: () => tx.nextPosition(nowMs) });
  if (continued === null) return { isNew: false };
  for (const row of continued.rows) tx.insertEvent(row);
  for (const row of continued.attempts) tx.saveAttempt(row);
  tx.keep(project(tx, before, { ...continued, firstPosition: continued.rows[0]?.position ?? 0 }));
  return { isNew: true };
}

/** Whoever asks has looked whether the experiment is here; of two that did so at once, one breaks a constraint. */
export function copyPlan(tx: WriteTransaction, { row }: { row: EventRow }): { isNew: boolean } {
  const copy = { ...row, position: tx.nextPosition(tx.nowMs()) };
  tx.insertEvent(copy);
  tx.foldLedgerEvent(eventOfRow(copy));
  return { isNew: true };
}
