// The subjects whose ids begin with a text, by leaping from one to the next in the index of runs by subject.

import { afterPrefix } from "../list-runs-plan.ts";
import type { Connection } from "./connection.ts";

/** At most `limit` of them. */
export async function subjectsWithPrefix(connection: Connection, prefix: string, limit: number): Promise<string[]> {
  const sql = `WITH RECURSIVE found(id) AS (
      SELECT min(subject_id) FROM run_keys WHERE subject_id >= $1 AND subject_id < $2
      UNION ALL
      SELECT (SELECT min(subject_id) FROM run_keys WHERE subject_id > found.id AND subject_id < $2)
        FROM found WHERE found.id IS NOT NULL)
    SELECT id FROM found WHERE id IS NOT NULL LIMIT $3`;
  const rows = await connection.rows<{ id: string }>(sql, [prefix, afterPrefix(prefix), limit]);
  return rows.map(({ id }) => id);
}
