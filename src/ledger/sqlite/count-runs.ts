// Reads the counts of runs by status and verdict.

import type { DatabaseSync } from "node:sqlite";
import type { RunStatus } from "../../core/moves.ts";
import { passedOf, scopeOf, type Verdict } from "../counted.ts";
import type { RunCount } from "../ledger.ts";
import { statement } from "./statement.ts";

export function countRuns(db: DatabaseSync, { subject }: { subject: string | null }): RunCount[] {
  const sql = "SELECT status, verdict, runs FROM counts WHERE scope = ? AND runs > 0 ORDER BY status, verdict";
  const rows = statement(db, sql).all(scopeOf(subject)) as { status: RunStatus; verdict: Verdict; runs: number }[];
  return rows.map(({ status, verdict, runs }) => ({ status, passed: passedOf[verdict], runs }));
}
