// Checks experiments against the events that planned them, and their tallies against their runs: one a call.

import type { DatabaseSync } from "node:sqlite";
import type { Run } from "../../core/run.ts";
import { compareExperiments, TallyComparison } from "../compare-counts.ts";
import type { Finding } from "../ledger.ts";
import { readTallies } from "./read-experiment.ts";
import { inSnapshot } from "./snapshot.ts";
import { statement } from "./statement.ts";

export type VerifiedExperiment = {
  findings: Finding[] /** To go on after, or null at the end. */;
  next: string | null;
};

/** Checks the first experiment after an id, in order of ids. */
export function verifyExperiments(db: DatabaseSync, { after }: { after: string }): VerifiedExperiment {
  return inSnapshot(db, () => {
    if (after === "") return { findings: unlisted(db), next: idAfter(db, "") };
    return { findings: compareTallies(db, after), next: idAfter(db, after) };
  });
}

/** The next id that anything of an experiment is kept under. */
function idAfter(db: DatabaseSync, id: string): string | null {
  const sql = `SELECT min(id) AS id FROM (
    SELECT min(experiment_id) AS id FROM experiments WHERE experiment_id > ?1 UNION ALL
    SELECT min(experiment_id) FROM tallies WHERE experiment_id > ?1 UNION ALL
    SELECT min(experiment_id) FROM runs WHERE experiment_id > ?1)`;
  return (statement(db, sql).get(id) as { id: string | null }).id;
}

/** Events without their row, and rows without their event. */
function unlisted(db: DatabaseSync): Finding[] {
  const plannedSql = "SELECT position, data FROM events WHERE run_id IS NULL AND type = 'experiment.planned'";
  const planned = statement(db, plannedSql).all() as { position: number; data: string }[];
  const listedSql = "SELECT created, experiment_id AS id FROM experiments";
  return compareExperiments(planned, statement(db, listedSql).all() as { created: number; id: string }[]);
}

function compareTallies(db: DatabaseSync, experimentId: string): Finding[] {
  const comparison = new TallyComparison();
  const rows = statement(db, "SELECT state FROM runs WHERE experiment_id = ?").iterate(experimentId);
  for (const { state } of rows as Iterable<{ state: string }>) comparison.add(JSON.parse(state) as Run);
  return comparison.end(experimentId, readTallies(db, experimentId));
}
