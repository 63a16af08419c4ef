// Reads the counts of runs by status and verdict.

import type { RunStatus } from "../../core/moves.ts";
import { passedOf, scopeOf, type Verdict } from "../counted.ts";
import type { RunCount } from "../ledger.ts";
import type { Connection } from "./connection.ts";

export async function countRuns(connection: Connection, subject: string | null): Promise<RunCount[]> {
  const sql = `SELECT status, verdict, sum(runs) AS runs FROM counts WHERE scope = $1
    GROUP BY status, verdict HAVING sum(runs) > 0 ORDER BY status, verdict`;
  const rows = await connection.rows<{ status: RunStatus; verdict: Verdict; runs: number }>(sql, [scopeOf(subject)]);
  return rows.map(({ status, verdict, runs }) => ({ status, passed: passedOf[verdict], runs }));
}
