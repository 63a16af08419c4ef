// Makes the projection row of a new run, and its labels.

import type { DatabaseSync } from "node:sqlite";
import type { Run } from "../../core/run.ts";
import { runRow } from "../run-row.ts";
import { statement } from "./statement.ts";

const sql = `INSERT INTO runs (created, run_id, id_reversed, queued_at, kind, subject_id, agent_name, experiment_id,
  priority, status, passed, not_before, ended_at, seq, link, state, lane, overdue_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Returns the JSON text of the fold as stored. */
export function insertRun(db: DatabaseSync, run: Run, place: { created: number; link: string }): string {
  const row = runRow(run, place);
  statement(db, sql).run(
    row.created,
    row.run_id,
    row.id_reversed,
    row.queued_at,
    row.kind,
    row.subject_id,
    row.agent_name,
    row.experiment_id,
    row.priority,
    row.status,
    row.passed,
    row.not_before,
    row.ended_at,
    row.seq,
    row.link,
    row.state,
    row.lane,
    row.overdue_at,
  );
  for (const [key, value] of Object.entries(run.labels)) insertLabel(db, { key, value, created: row.created });
  return row.state;
}

function insertLabel(db: DatabaseSync, label: { key: string; value: string; created: number }): void {
  const { key, value, created } = label;
  statement(db, "INSERT INTO run_labels (key, value, created) VALUES (?, ?, ?)").run(key, value, created);
}
