// Keeps what the runs of each experiment add up to: a run counts in one tally, and moves when it changes.

import type { DatabaseSync } from "node:sqlite";
import type { Run } from "../../core/run.ts";
import { talliesAlike, tallyKeyOf, tallyRowOf, tallySumsOf } from "../counted.ts";
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
  if (experimentId === null || (before !== null && after !== null && talliesAlike(before, after))) return;
  if (before !== null) {
    const tally = tallyRowOf(before);
    statement(db, takeSql).run(...tallySumsOf(tally), experimentId, ...tallyKeyOf(tally));
  }
  if (after !== null) {
    const tally = tallyRowOf(after);
    statement(db, sql).run(experimentId, ...tallyKeyOf(tally), ...tallySumsOf(tally));
  }
}
