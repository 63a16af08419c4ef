// Keeps the rows of attempts: who supervises them, and whether they have ended.

import type { AttemptRow } from "../attempt-row.ts";
import { columnsOf } from "./column-arrays.ts";
import type { Statement } from "./one-statement.ts";

const columns = columnsOf<AttemptRow>({
  ...{ run_id: "text", attempt: "bigint", claim_id: "text", worker: "text", boot_id: "text", pidns: "text" },
  ...{ orphaned_at: "bigint", outcome: "text" },
});

export function saveAttempts(rows: readonly AttemptRow[]): Statement {
  const text = `INSERT INTO attempts (${columns.names}) SELECT ${columns.names} FROM ${columns.from}
    ON CONFLICT (run_id, attempt) DO UPDATE SET claim_id = excluded.claim_id, worker = excluded.worker,
      boot_id = excluded.boot_id, pidns = excluded.pidns, orphaned_at = excluded.orphaned_at,
      outcome = excluded.outcome`;
  return { text, values: columns.values(rows) };
}
