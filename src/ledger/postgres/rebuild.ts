// Makes every fold anew from the events, in one transaction that alone may write: readers see the old folds until it
// commits, and after that the new ones.

import { RunledgerError } from "../../core/errors.ts";
import type { AttemptRow } from "../attempt-row.ts";
import { type EventRow, eventColumns, eventOfRow } from "../event-row.ts";
import type { Refolded } from "../refold-run.ts";
import type { Connection } from "./connection.ts";
import type { Facts } from "./facts.ts";
import { isDeleted } from "./find-runs.ts";
import { GroupTransaction } from "./group-transaction.ts";
import { begin, lockLedger } from "./read-facts.ts";
import { refoldRun } from "./refold-run.ts";
import { writeRows } from "./write-rows.ts";

const folds =
  "runs, run_keys, run_labels, attempts, counts, experiments, tallies, limits, slots, workers, catalog, agent_tallies";

/** Types that something is folded from, in groups of which all of one may come before all of the next. */
const foldedTypes = [
  ["experiment.planned"],
  ["limit.set"],
  // A worker that was taken for gone may have started again.
  ["worker.started", "worker.drained", "worker.gone"],
  ["catalog.changed"],
];

/** Runs whose rows are written together. */
const runsMax = 200;

/**
 * @param connection One that nobody else uses meanwhile.
 * @throws RunledgerError `ledger.damaged` if the events of a run cannot be folded; nothing is changed then.
 */
export async function rebuild(connection: Connection): Promise<{ runs: number }> {
  await begin(connection);
  try {
    await lockLedger(connection, "alone");
    for (const table of folds.split(", ")) await connection.script(`DELETE FROM ${table}`);
    const runs = await rebuildRuns(connection);
    // Last, since runs under way hold slots of the limits.
    await rebuildFromLedgerEvents(connection);
    await connection.run("COMMIT");
    return { runs };
  } catch (error) {
    if (!connection.isLost) await connection.run("ROLLBACK");
    throw error;
  }
}

async function rebuildRuns(connection: Connection): Promise<number> {
  let runs = 0;
  let tx = emptyTransaction();
  for (let runId = await runAfter(connection, ""); runId !== null; runId = await runAfter(connection, runId)) {
    if (await isDeleted(connection, runId)) continue;
    rebuildRun(tx, runId, await refoldRun(connection, runId));
    runs += 1;
    if (runs % runsMax !== 0) continue;
    await writeRows(connection, tx.rows);
    tx = emptyTransaction();
  }
  await writeRows(connection, tx.rows);
  return runs;
}

function rebuildRun(tx: GroupTransaction, runId: string, fold: Refolded): void {
  if (fold.run === null) {
    const detail = `run ${runId} cannot be folded: ${fold.findings[0]?.detail ?? "it has no events"}`;
    throw new RunledgerError("ledger.damaged", detail, { data: { runId } });
  }
  tx.insertRun(fold.run, fold);
  tx.moveRun(null, fold.run);
  for (const row of fold.attempts.values() as Iterable<AttemptRow>) tx.saveAttempt(row);
}

async function rebuildFromLedgerEvents(connection: Connection): Promise<void> {
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id IS NULL AND type = ANY($1::text[]) ORDER BY position`;
  for (const types of foldedTypes) {
    const tx = emptyTransaction();
    for (const row of await connection.rows<EventRow>(sql, [types])) tx.foldLedgerEvent(eventOfRow(row));
    await writeRows(connection, tx.rows);
  }
}

async function runAfter(connection: Connection, id: string): Promise<string | null> {
  const sql = "SELECT min(run_id) AS id FROM events WHERE run_id > $1";
  return (await connection.row<{ id: string | null }>(sql, [id]))?.id ?? null;
}

/** One that nothing was read for: what is made anew rests on the events alone, and on no limit. */
function emptyTransaction(): GroupTransaction {
  const facts: Facts = {
    ...{ xid: "0", nowMs: 0, positions: [], runs: new Map(), deleted: new Set(), cursors: new Map() },
    ...{ claimIds: new Map(), crcs: new Map(), logSizes: new Map(), limits: new Map(), heard: new Set() },
  };
  return new GroupTransaction(facts);
}
