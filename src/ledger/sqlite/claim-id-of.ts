// The claim under which an attempt is, or was last, supervised.

import type { DatabaseSync } from "node:sqlite";
import { statement } from "./statement.ts";

/** Null if the ledger knows no such attempt. */
export function claimIdOf(db: DatabaseSync, runId: string, attempt: number): string | null {
  const sql = "SELECT claim_id FROM attempts WHERE run_id = ? AND attempt = ?";
  const row = statement(db, sql).get(runId, attempt) as { claim_id: string } | undefined;
  return row?.claim_id ?? null;
}
