// Reads an experiment: its plan out of its event, and what its runs add up to by now.

import type { EventData } from "../../core/events.ts";
import type { Experiment } from "../../core/experiment.ts";
import { type TallyRow, tallyOfRow } from "../counted.ts";
import { type EventRow, eventColumns } from "../event-row.ts";
import { reversedTail } from "../run-row.ts";
import type { Connection } from "./connection.ts";

/** The experiment, or null if there is none of this id. */
export async function getExperiment(connection: Connection, experimentId: string): Promise<Experiment | null> {
  // The plan never changes, and the tallies are read by one statement.
  const [plan, tallies] = await Promise.all([
    readPlan(connection, experimentId),
    readTallies(connection, experimentId),
  ]);
  if (plan === null) return null;
  const data = JSON.parse(plan.data) as EventData<"experiment.planned">;
  const plannedAt = new Date(plan.recorded_at).toISOString();
  return { ...data, plannedAt, position: plan.position, tallies: tallies.map(tallyOfRow) };
}

/** Ids that end with these hex digits, newest first. */
export async function findExperiments(
  connection: Connection,
  { tail, limit }: { tail: string; limit: number },
): Promise<string[]> {
  const from = reversedTail(tail);
  const sql = `SELECT experiment_id AS id FROM experiments WHERE id_reversed >= $1 AND id_reversed < $2
    ORDER BY created DESC LIMIT $3`;
  return (await connection.rows<{ id: string }>(sql, [from, `${from}g`, limit])).map(({ id }) => id);
}

/** Experiments before a place in the order of creation (null: from the newest on), newest first. */
export async function listExperiments(
  connection: Connection,
  { before, limit }: { before: number | null; limit: number },
): Promise<Experiment[]> {
  const sql = "SELECT experiment_id AS id FROM experiments WHERE created < $1 ORDER BY created DESC LIMIT $2";
  const rows = await connection.rows<{ id: string }>(sql, [before ?? Number.MAX_SAFE_INTEGER, limit]);
  const found = await Promise.all(rows.map(({ id }) => getExperiment(connection, id)));
  return found.flatMap((experiment) => experiment ?? []);
}

/** The tallies in which there are runs, as they are kept. */
export function readTallies(connection: Connection, experimentId: string): Promise<TallyRow[]> {
  const key = "agent, condition, status, verdict, standing, why";
  const sql = `SELECT ${key}, sum(runs) AS runs, sum(score) AS score, sum(tokens) AS tokens, sum(priced) AS priced,
      sum(cost) AS cost
    FROM tallies WHERE experiment_id = $1 GROUP BY ${key} HAVING sum(runs) > 0 ORDER BY ${key}`;
  return connection.rows(sql, [experimentId]);
}

/** The row of experiment.planned, or null. */
export function planRow(connection: Connection, experimentId: string): Promise<EventRow | null> {
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id IS NULL AND type = 'experiment.planned'
    AND position = (SELECT created FROM experiments WHERE experiment_id = $1)`;
  return connection.row(sql, [experimentId]);
}

function readPlan(
  connection: Connection,
  experimentId: string,
): Promise<{ position: number; recorded_at: number; data: string } | null> {
  const sql = `SELECT e.position, e.recorded_at, e.data FROM experiments AS x JOIN events AS e
      ON e.run_id IS NULL AND e.type = 'experiment.planned' AND e.position = x.created
    WHERE x.experiment_id = $1`;
  return connection.row(sql, [experimentId]);
}
