// Makes every fold anew from the events. One transaction: readers see the old folds until it commits, and after that
// the new ones, which is what shadow tables and a swap would give.

import type { DatabaseSync } from "node:sqlite";
import { RunledgerError } from "../../core/errors.ts";
import { type EventRow, eventColumns, eventOfRow } from "../event-row.ts";
import { foldedTypes, foldLedgerEvent } from "./fold-ledger-event.ts";
import { isDeleted } from "./folded-run.ts";
import { insertRun } from "./insert-run.ts";
import { moveAgentTally } from "./move-agent-tally.ts";
import { moveCount } from "./move-count.ts";
import { moveTally } from "./move-tally.ts";
import { refoldRun } from "./refold-run.ts";
import { saveAttempt } from "./save-attempt.ts";
import { statement } from "./statement.ts";
import type { SqliteTransaction } from "./write-transaction.ts";

const folds = [
  "runs",
  "run_labels",
  "attempts",
  "counts",
  "experiments",
  "tallies",
  "limits",
  "slots",
  "workers",
  "catalog",
  "agent_tallies",
] as const;

/** @throws RunledgerError `ledger.damaged` if the events of a run cannot be folded; nothing is changed then. */
export function rebuild(tx: SqliteTransaction, _: Record<string, never>): { runs: number } {
  const { db } = tx;
  for (const table of folds) db.exec(`DELETE FROM ${table}`);
  let runs = 0;
  for (let runId = runAfter(db, ""); runId !== null; runId = runAfter(db, runId)) {
    runs += rebuildRun(tx, runId) ? 1 : 0;
  }
  // Last, since runs under way hold slots of the limits.
  rebuildFromLedgerEvents(db);
  tx.reset();
  return { runs };
}

function rebuildFromLedgerEvents(db: DatabaseSync): void {
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id IS NULL
    AND type IN (SELECT value FROM json_each(?)) ORDER BY position`;
  for (const types of foldedTypes) {
    const rows = statement(db, sql).iterate(JSON.stringify(types)) as Iterable<EventRow>;
    for (const row of rows) foldLedgerEvent(db, eventOfRow(row));
  }
}

function runAfter(db: DatabaseSync, id: string): string | null {
  const row = statement(db, "SELECT min(run_id) AS id FROM events WHERE run_id > ?").get(id) as { id: string | null };
  return row.id;
}

function rebuildRun(tx: SqliteTransaction, runId: string): boolean {
  const { db } = tx;
  if (isDeleted(db, runId)) return false;
  const fold = refoldRun(db, runId);
  if (fold.run === null) {
    const detail = `run ${runId} cannot be folded: ${fold.findings[0]?.detail ?? "it has no events"}`;
    throw new RunledgerError("ledger.damaged", detail, { data: { runId } });
  }
  insertRun(db, fold.run, fold);
  moveCount(db, null, fold.run);
  moveTally(db, null, fold.run);
  moveAgentTally(db, null, fold.run);
  for (const row of fold.attempts.values()) saveAttempt(db, row);
  return true;
}
