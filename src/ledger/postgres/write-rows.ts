// Writes what a group came to, all sent at once: the folds that each event changes with one statement, and one a table
// for the others.

import { changeCatalog } from "./catalog.ts";
import type { Connection } from "./connection.ts";
import { deleteRuns } from "./delete-run.ts";
import { insertEvents } from "./insert-event.ts";
import { insertExperiments } from "./insert-experiment.ts";
import { insertLabels, insertRunKeys, insertRuns } from "./insert-run.ts";
import { insertAgentTallies } from "./move-agent-tally.ts";
import { insertCounts } from "./move-count.ts";
import { insertTallies } from "./move-tally.ts";
import { oneStatement, type Statement } from "./one-statement.ts";
import type { PendingRows } from "./pending-rows.ts";
import { insertLogs, trimLog } from "./put-log.ts";
import { saveAttempts } from "./save-attempt.ts";
import { saveRuns } from "./save-run.ts";
import { changeWorker } from "./save-worker.ts";
import { freeSlots, setLimit, takeBeyond, takeSlots } from "./slots.ts";
import { changeToken } from "./tokens.ts";

/** Sends the rows in an order in which each finds what it rests on. @returns what is there when all have been answered */
export async function writeRows(connection: Connection, rows: PendingRows): Promise<void> {
  const sent: Promise<void>[] = [];
  const send = <Row>(
    write: (connection: Connection, rows: readonly Row[]) => Promise<void>,
    written: Iterable<Row>,
  ): void => {
    const all = [...written];
    if (all.length > 0) sent.push(write(connection, all));
  };
  const folds = foldStatements(rows);
  if (folds.length > 0) {
    const { text, values } = oneStatement(folds);
    sent.push(connection.run(text, values).then(() => {}));
  }
  send(insertExperiments, rows.experiments);
  send(insertLogs, rows.logs);
  send(freeSlots, rows.freedSlots);
  send(takeSlots, rows.takenSlots);
  send(takeBeyond, rows.slotsBeyond);
  send(deleteRuns, rows.deleted);
  for (const trim of rows.trims) sent.push(trimLog(connection, trim));
  for (const change of rows.workers) sent.push(changeWorker(connection, change));
  for (const change of rows.catalog) sent.push(changeCatalog(connection, change));
  for (const change of rows.tokens) sent.push(changeToken(connection, change));
  await Promise.all(sent);
  for (const change of rows.limits) await setLimit(connection, change);
}

function foldStatements(rows: PendingRows): Statement[] {
  const of = <Row>(write: (rows: readonly Row[]) => Statement | null, written: Iterable<Row>): Statement | null => {
    const all = [...written];
    return all.length === 0 ? null : write(all);
  };
  const statements = [
    of(insertEvents, rows.events),
    of(insertRuns, rows.newRuns.values()),
    of(insertRunKeys, rows.newRuns.values()),
    of(insertLabels, rows.labels),
    of(saveRuns, rows.savedRuns.values()),
    of(saveAttempts, rows.attempts.values()),
    of(insertCounts, rows.counts),
    of(insertTallies, rows.tallies),
    of(insertAgentTallies, rows.agentTallies),
  ];
  return statements.filter((statement) => statement !== null);
}
