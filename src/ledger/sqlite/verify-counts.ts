// Checks the kept counts against the runs.

import type { DatabaseSync } from "node:sqlite";
import type { RunStatus } from "../../core/moves.ts";
import type { Finding } from "../ledger.ts";
import { scopesOf, verdictOf } from "./move-count.ts";
import { inSnapshot } from "./snapshot.ts";
import { statement } from "./statement.ts";

type Group = { subject_id: string; status: RunStatus; passed: number | null; runs: number };
type Kept = { scope: string; status: string; verdict: string; runs: number };

export function verifyCounts(db: DatabaseSync): Finding[] {
  const { groups, kept } = inSnapshot(db, () => ({
    groups: statement(
      db,
      "SELECT subject_id, status, passed, count(*) AS runs FROM runs GROUP BY subject_id, status, passed",
    ).all() as Group[],
    kept: statement(db, "SELECT scope, status, verdict, runs FROM counts").all() as Kept[],
  }));
  const counted = new Map<string, number>();
  const add = (key: string, runs: number) => counted.set(key, (counted.get(key) ?? 0) + runs);
  for (const { subject_id, status, passed, runs } of groups) {
    const of = { status, passed: passed === null ? null : passed === 1, subject: { id: subject_id } };
    for (const scope of scopesOf(of)) add(keyOf(scope, status, verdictOf(of.passed)), runs);
  }
  const listed = new Map(kept.map(({ scope, status, verdict, runs }) => [keyOf(scope, status, verdict), runs]));
  const findings: Finding[] = [];
  for (const key of new Set([...counted.keys(), ...listed.keys()])) {
    const [is, shouldBe] = [listed.get(key) ?? 0, counted.get(key) ?? 0];
    if (is === shouldBe) continue;
    findings.push({ runId: null, position: null, kind: "count", detail: `${key}: ${is} kept, ${shouldBe} there` });
  }
  return findings;
}

function keyOf(scope: string, status: string, verdict: string): string {
  return `${scope === "" ? "all runs" : scope}, ${status}, ${verdict === "none" ? "no verdict" : verdict}`;
}
