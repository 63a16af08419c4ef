// Checks the kept counts against the runs.

import type { DatabaseSync } from "node:sqlite";
import { compareCounts, type KeptCount, type RunGroup } from "../compare-counts.ts";
import type { Finding } from "../ledger.ts";
import { inSnapshot } from "./snapshot.ts";
import { statement } from "./statement.ts";

export function verifyCounts(db: DatabaseSync): Finding[] {
  return inSnapshot(db, () => {
    const groupsSql =
      "SELECT subject_id, status, passed, count(*) AS runs FROM runs GROUP BY subject_id, status, passed";
    const groups = statement(db, groupsSql).all() as RunGroup[];
    const kept = statement(db, "SELECT scope, status, verdict, runs FROM counts").all() as KeptCount[];
    return compareCounts(groups, kept);
  });
}
