// Checks the kept counts against the runs, and experiments against their plans and runs.

import type { Run } from "../../core/run.ts";
import {
  compareCounts,
  compareExperiments,
  type KeptCount,
  type RunGroup,
  TallyComparison,
} from "../compare-counts.ts";
import type { Finding } from "../ledger.ts";
import type { Connection } from "./connection.ts";
import { readTallies } from "./read-experiment.ts";
import { inSnapshot } from "./snapshot.ts";

export function verifyCounts(connection: Connection): Promise<Finding[]> {
  return inSnapshot(connection, async () => {
    const [groups, kept] = await Promise.all([
      connection.rows<RunGroup>(
        "SELECT subject_id, status, passed, count(*) AS runs FROM runs GROUP BY subject_id, status, passed",
      ),
      connection.rows<KeptCount>(
        "SELECT scope, status, verdict, sum(runs) AS runs FROM counts GROUP BY scope, status, verdict",
      ),
    ]);
    return compareCounts(groups, kept);
  });
}

export function verifyExperimentList(connection: Connection): Promise<Finding[]> {
  return inSnapshot(connection, async () => {
    const [planned, listed] = await Promise.all([
      connection.rows<{ position: number; data: string }>(
        "SELECT position, data FROM events WHERE run_id IS NULL AND type = 'experiment.planned'",
      ),
      connection.rows<{ created: number; id: string }>("SELECT created, experiment_id AS id FROM experiments"),
    ]);
    return compareExperiments(planned, listed);
  });
}

const pageRows = 500;

/** The tallies of one experiment against its runs. */
export function verifyTallies(connection: Connection, experimentId: string): Promise<Finding[]> {
  return inSnapshot(connection, async () => {
    const comparison = new TallyComparison();
    for (let after = 0; ; ) {
      const sql = `SELECT created, state FROM run_keys JOIN runs USING (created)
        WHERE run_keys.experiment_id = $1 AND created > $2 ORDER BY created LIMIT ${pageRows}`;
      const rows = await connection.rows<{ created: number; state: string }>(sql, [experimentId, after]);
      for (const { state } of rows) comparison.add(JSON.parse(state) as Run);
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageRows) break;
      after = last.created;
    }
    return comparison.end(experimentId, await readTallies(connection, experimentId));
  });
}

/** The next id that anything of an experiment is kept under. */
export async function experimentAfter(connection: Connection, id: string): Promise<string | null> {
  const sql = `SELECT least(
    (SELECT min(experiment_id) FROM experiments WHERE experiment_id > $1),
    (SELECT min(experiment_id) FROM tallies WHERE experiment_id > $1),
    (SELECT min(experiment_id) FROM run_keys WHERE experiment_id > $1)) AS id`;
  return (await connection.row<{ id: string | null }>(sql, [id]))?.id ?? null;
}
