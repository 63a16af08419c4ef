// Queued runs that have waited longer than their queue limit allows, those that are so the longest first.

import type { DatabaseSync } from "node:sqlite";
import { statement } from "./statement.ts";

/** Their ids, at most `limit`; `nowMs` in Unix milliseconds. */
export function overdueRuns(db: DatabaseSync, { nowMs, limit }: { nowMs: number; limit: number }): string[] {
  const sql = "SELECT run_id FROM runs WHERE overdue_at <= ? ORDER BY overdue_at, created LIMIT ?";
  return (statement(db, sql).all(nowMs, limit) as { run_id: string }[]).map(({ run_id }) => run_id);
}
