// The hash link with which an append of a run ended.

import type { DatabaseSync } from "node:sqlite";
import { statement } from "./statement.ts";

/** The link beside the run's event `seq`; null if no append ended there. */
export function linkAt(db: DatabaseSync, { runId, seq }: { runId: string; seq: number }): string | null {
  const sql = "SELECT link FROM events WHERE run_id = ? AND seq = ?";
  const row = statement(db, sql).get(runId, seq) as { link: string | null } | undefined;
  return row?.link ?? null;
}
