// The subjects whose ids begin with a text, by leaping from one to the next in the index of runs by subject.

import type { DatabaseSync } from "node:sqlite";
import { afterPrefix } from "../list-runs-plan.ts";
import { statement } from "./statement.ts";

/** At most `limit` of them. */
export function subjectsWithPrefix(db: DatabaseSync, prefix: string, limit: number): string[] {
  const sql = `WITH RECURSIVE found(id) AS (
      SELECT min(subject_id) FROM runs WHERE subject_id >= ?1 AND subject_id < ?2
      UNION ALL
      SELECT (SELECT min(subject_id) FROM runs WHERE subject_id > found.id AND subject_id < ?2)
        FROM found WHERE found.id IS NOT NULL)
    SELECT id FROM found WHERE id IS NOT NULL LIMIT ?3`;
  const rows = statement(db, sql).all(prefix, afterPrefix(prefix), limit) as { id: string }[];
  return rows.map(({ id }) => id);
}
