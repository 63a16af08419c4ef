// Reads an experiment: its plan out of its event, and what its runs add up to by now.

import type { DatabaseSync } from "node:sqlite";
import type { EventData } from "../../core/events.ts";
import type { Experiment, PlannedExperiment } from "../../core/experiment.ts";
import { type TallyRow, tallyOfRow } from "../counted.ts";
import { type EventRow, eventColumns } from "../event-row.ts";
import { reversedTail } from "../run-row.ts";
import { inSnapshot } from "./snapshot.ts";
import { statement } from "./statement.ts";

/** The experiment, or null if there is none of this id. */
export function getExperiment(db: DatabaseSync, { experimentId }: { experimentId: string }): Experiment | null {
  return inSnapshot(db, () => readExperiment(db, experimentId));
}

/** Ids that end with these hex digits, newest first. */
export function findExperiments(db: DatabaseSync, { tail, limit }: { tail: string; limit: number }): string[] {
  const from = reversedTail(tail);
  const sql = `SELECT experiment_id AS id FROM experiments WHERE id_reversed >= ? AND id_reversed < ?
    ORDER BY created DESC LIMIT ?`;
  return (statement(db, sql).all(from, `${from}g`, limit) as { id: string }[]).map(({ id }) => id);
}

/** Experiments before a place in the order of creation (null: from the newest on), newest first. */
export function listExperiments(
  db: DatabaseSync,
  { before, limit }: { before: number | null; limit: number },
): Experiment[] {
  const sql = "SELECT experiment_id AS id FROM experiments WHERE created < ? ORDER BY created DESC LIMIT ?";
  return inSnapshot(db, () => {
    const rows = statement(db, sql).all(before ?? Number.MAX_SAFE_INTEGER, limit) as { id: string }[];
    return rows.flatMap(({ id }) => readExperiment(db, id) ?? []);
  });
}

/** The tallies in which there are runs, as they are kept. */
export function readTallies(db: DatabaseSync, experimentId: string): TallyRow[] {
  const sql = `SELECT agent, condition, status, verdict, standing, why, runs, score, tokens, priced, cost FROM tallies
    WHERE experiment_id = ? AND runs > 0 ORDER BY agent, condition, status, verdict, standing, why`;
  return statement(db, sql).all(experimentId) as TallyRow[];
}

/** The row of experiment.planned, or null. */
export function planRow(db: DatabaseSync, { experimentId }: { experimentId: string }): EventRow | null {
  const sql = `SELECT ${eventColumns} FROM events
    WHERE position = (SELECT created FROM experiments WHERE experiment_id = ?)`;
  return (statement(db, sql).get(experimentId) as EventRow | undefined) ?? null;
}

function readExperiment(db: DatabaseSync, experimentId: string): Experiment | null {
  const planned = readPlan(db, experimentId);
  return planned === null ? null : { ...planned, tallies: readTallies(db, experimentId).map(tallyOfRow) };
}

function readPlan(db: DatabaseSync, experimentId: string): PlannedExperiment | null {
  const sql = `SELECT e.position, e.recorded_at, e.data FROM experiments AS x JOIN events AS e ON e.position = x.created
    WHERE x.experiment_id = ?`;
  const row = statement(db, sql).get(experimentId) as
    | { position: number; recorded_at: number; data: string }
    | undefined;
  if (row === undefined) return null;
  const data = JSON.parse(row.data) as EventData<"experiment.planned">;
  return { ...data, plannedAt: new Date(row.recorded_at).toISOString(), position: row.position };
}
