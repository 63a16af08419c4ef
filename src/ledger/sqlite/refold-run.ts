// Reads a run's events from the first to the last and folds them anew.

import type { DatabaseSync } from "node:sqlite";
import { type EventRow, eventColumns } from "../event-row.ts";
import { Refold, type Refolded } from "../refold-run.ts";
import { statement } from "./statement.ts";

const sql = `SELECT ${eventColumns} FROM events WHERE run_id = ? ORDER BY seq`;

export function refoldRun(db: DatabaseSync, runId: string): Refolded {
  const fold = new Refold(runId);
  for (const row of statement(db, sql).iterate(runId) as Iterable<EventRow>) fold.add(row);
  return fold.end();
}
