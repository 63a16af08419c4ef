// Keeps what the runs of each experiment add up to: a run counts in one tally, and moves when it changes.

import type { DatabaseSync } from "node:sqlite";
import { type Tally, type TallySum, tallyOf } from "../../core/experiment.ts";
import type { Run } from "../../core/run.ts";
import { type Verdict, verdictOf } from "./move-count.ts";
import { statement } from "./statement.ts";

const sql = `INSERT INTO tallies (experiment_id, agent, condition, status, verdict, standing, why,
  runs, score, tokens, priced, cost) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (experiment_id, agent, condition, status, verdict, standing, why) DO UPDATE SET runs = runs + excluded.runs,
  score = score + excluded.score, tokens = tokens + excluded.tokens, priced = priced + excluded.priced,
  cost = cost + excluded.cost`;
const takeSql = `UPDATE tallies SET runs = runs - ?, score = score - ?, tokens = tokens - ?, priced = priced - ?,
  cost = cost - ? WHERE experiment_id = ? AND agent = ? AND condition = ? AND status = ? AND verdict = ?
  AND standing = ? AND why = ?`;

/** Moves a run from where it was counted (null: it is new) to where it belongs now (null: it was deleted). */
export function moveTally(db: DatabaseSync, before: Run | null, after: Run | null): void {
  const experimentId = after?.experimentId ?? before?.experimentId ?? null;
  if (experimentId === null || (before !== null && after !== null && countsAlike(before, after))) return;
  if (before !== null) {
    const tally = tallyOf(before);
    statement(db, takeSql).run(...sumsOf(tally), experimentId, ...keyOf(verdictOf(tally.passed), tally));
  }
  if (after !== null) {
    const tally = tallyOf(after);
    statement(db, sql).run(experimentId, ...keyOf(verdictOf(tally.passed), tally), ...sumsOf(tally));
  }
}

/** Most events change nothing that is counted. */
function countsAlike(before: Run, after: Run): boolean {
  return (
    before.status === after.status &&
    before.passed === after.passed &&
    before.score === after.score &&
    before.error === after.error &&
    before.usageEnded === after.usageEnded
  );
}

/** The tally's key columns behind the experiment's id, in their order. */
export function keyOf(verdict: Verdict, { agent, condition, status, standing, why }: Omit<Tally, "passed">): string[] {
  return [agent, condition, status, verdict, standing, why];
}

/** The tally's sums in the order of their columns. */
export function sumsOf({ runs, score, tokens, priced, cost }: TallySum): number[] {
  return [runs, score, tokens, priced, cost];
}
