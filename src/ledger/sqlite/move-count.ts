// Keeps the counts of runs by status and verdict, over all runs and for each subject.

import type { DatabaseSync } from "node:sqlite";
import { type Counted, countsAlike, scopesOf, verdictOf } from "../counted.ts";
import { statement } from "./statement.ts";

const sql = `INSERT INTO counts (scope, status, verdict, runs) VALUES (?, ?, ?, ?)
  ON CONFLICT (scope, status, verdict) DO UPDATE SET runs = runs + excluded.runs`;
const takeSql = "UPDATE counts SET runs = runs - 1 WHERE scope = ? AND status = ? AND verdict = ?";

/** Moves a run from where it was counted (null: it is new) to where it belongs now (null: it was deleted). */
export function moveCount(db: DatabaseSync, before: Counted | null, after: Counted | null): void {
  if (before !== null && after !== null && countsAlike(before, after)) return;
  if (before !== null) {
    for (const scope of scopesOf(before)) statement(db, takeSql).run(scope, before.status, verdictOf(before.passed));
  }
  if (after !== null) {
    for (const scope of scopesOf(after)) statement(db, sql).run(scope, after.status, verdictOf(after.passed), 1);
  }
}
