// Writes what a group came to: one statement a table, all sent at once.

import { changeCatalog } from "./catalog.ts";
import type { Connection } from "./connection.ts";
import { deleteRuns } from "./delete-run.ts";
import { insertEvents } from "./insert-event.ts";
import { insertExperiments } from "./insert-experiment.ts";
import { insertLabels, insertRuns } from "./insert-run.ts";
import { insertAgentTallies } from "./move-agent-tally.ts";
import { insertCounts } from "./move-count.ts";
import { insertTallies } from "./move-tally.ts";
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
  send(insertEvents, rows.events);
  send(insertRuns, rows.newRuns.values());
  send(insertLabels, rows.labels);
  send(saveRuns, rows.savedRuns.values());
  send(saveAttempts, rows.attempts.values());
  send(insertCounts, rows.counts);
  send(insertTallies, rows.tallies);
  send(insertAgentTallies, rows.agentTallies);
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
