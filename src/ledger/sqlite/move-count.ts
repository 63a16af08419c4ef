// Keeps the counts of runs by status and verdict, over all runs and for each subject.

import type { DatabaseSync } from "node:sqlite";
import type { Run } from "../../core/run.ts";
import { statement } from "./statement.ts";

type Counted = Pick<Run, "status" | "passed"> & { subject: Pick<Run["subject"], "id"> };

export type Verdict = "passed" | "below" | "none";

export const passedOf: Record<Verdict, boolean | null> = { passed: true, below: false, none: null };

const sql = `INSERT INTO counts (scope, status, verdict, runs) VALUES (?, ?, ?, ?)
  ON CONFLICT (scope, status, verdict) DO UPDATE SET runs = runs + excluded.runs`;
const takeSql = "UPDATE counts SET runs = runs - 1 WHERE scope = ? AND status = ? AND verdict = ?";

/** Moves a run from where it was counted (null: it is new) to where it belongs now (null: it was deleted). */
export function moveCount(db: DatabaseSync, before: Counted | null, after: Counted | null): void {
  if (before !== null && after !== null && before.status === after.status && before.passed === after.passed) return;
  if (before !== null) {
    for (const scope of scopesOf(before)) statement(db, takeSql).run(scope, before.status, verdictOf(before.passed));
  }
  if (after !== null) {
    for (const scope of scopesOf(after)) statement(db, sql).run(scope, after.status, verdictOf(after.passed), 1);
  }
}

export function scopesOf(run: Counted): string[] {
  return [scopeOf(null), scopeOf(run.subject.id)];
}

/** The scope of one subject, or of all runs. */
export function scopeOf(subject: string | null): string {
  return subject === null ? "" : `subject:${subject}`;
}

export function verdictOf(passed: boolean | null): Verdict {
  if (passed === null) return "none";
  return passed ? "passed" : "below";
}
