// Queued runs that have waited longer than their queue limit allows, those that are so the longest first.

import type { Connection } from "./connection.ts";

/** Their ids, at most `limit`, by the clock of the database. */
export async function overdueRuns(connection: Connection, limit: number): Promise<string[]> {
  const sql = `SELECT run_id FROM runs
    WHERE overdue_at <= (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
    ORDER BY overdue_at, created LIMIT $1`;
  return (await connection.rows<{ run_id: string }>(sql, [limit])).map(({ run_id }) => run_id);
}
