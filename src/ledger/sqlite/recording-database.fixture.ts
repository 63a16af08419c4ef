// A database that remembers which statements were made, and says how it would do them.

import { DatabaseSync, type StatementSync } from "node:sqlite";

export class RecordingDatabase extends DatabaseSync {
  readonly texts = new Set<string>();

  override prepare(sql: string): StatementSync {
    this.texts.add(sql);
    return super.prepare(sql);
  }

  /** The lines of the plan, for values that are all 0. */
  plan(sql: string): string[] {
    const values = Array.from({ length: sql.split("?").length - 1 }, () => 0);
    const rows = super.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[];
    return rows.map(({ detail }) => detail);
  }
}
