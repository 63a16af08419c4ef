// Finds ids of runs as people name them: by their last digits, or by age.

import type { DatabaseSync } from "node:sqlite";
import { reversedTail } from "../run-row.ts";
import { statement } from "./statement.ts";

/** Ids that end with these hex digits, newest first. */
export function findRuns(db: DatabaseSync, { tail, limit }: { tail: string; limit: number }): string[] {
  const from = reversedTail(tail);
  // "g" is the character after the last hex digit.
  const sql = "SELECT run_id FROM runs WHERE id_reversed >= ? AND id_reversed < ? ORDER BY created DESC LIMIT ?";
  const rows = statement(db, sql).all(from, `${from}g`, limit) as { run_id: string }[];
  return rows.map((row) => row.run_id);
}

/** The id of the run `back` places before the newest, or null. */
export function newestRun(db: DatabaseSync, { back }: { back: number }): string | null {
  const sql = "SELECT run_id FROM runs ORDER BY created DESC LIMIT 1 OFFSET ?";
  const row = statement(db, sql).get(back) as { run_id: string } | undefined;
  return row?.run_id ?? null;
}
