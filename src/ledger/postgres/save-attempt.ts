// Keeps the rows of attempts: who supervises them, and whether they have ended.

import type { AttemptRow } from "../attempt-row.ts";
import type { Connection } from "./connection.ts";

const columns = "run_id, attempt, claim_id, worker, boot_id, pidns, orphaned_at, outcome";

export async function saveAttempts(connection: Connection, rows: readonly AttemptRow[]): Promise<void> {
  const sql = `INSERT INTO attempts (${columns})
    SELECT ${columns} FROM json_to_recordset($1::json) AS new(run_id text, attempt integer, claim_id text, worker text,
      boot_id text, pidns text, orphaned_at bigint, outcome text)
    ON CONFLICT (run_id, attempt) DO UPDATE SET claim_id = excluded.claim_id, worker = excluded.worker,
      boot_id = excluded.boot_id, pidns = excluded.pidns, orphaned_at = excluded.orphaned_at,
      outcome = excluded.outcome`;
  await connection.run(sql, [JSON.stringify(rows)]);
}
