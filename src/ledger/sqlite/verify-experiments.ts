// Checks experiments against the events that planned them, and their tallies against their runs: one a call.

import type { DatabaseSync } from "node:sqlite";
import { tallyOf } from "../../core/experiment.ts";
import type { Run } from "../../core/run.ts";
import type { Finding } from "../ledger.ts";
import { verdictOf } from "./move-count.ts";
import { keyOf, sumsOf } from "./move-tally.ts";
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
  const planned = statement(db, "SELECT position, data FROM events WHERE run_id IS NULL AND type = ?").all(
    "experiment.planned",
  ) as { position: number; data: string }[];
  const kept = new Map(
    (
      statement(db, "SELECT created, experiment_id AS id FROM experiments").all() as { created: number; id: string }[]
    ).map(({ created, id }) => [created, id]),
  );
  const findings: Finding[] = [];
  const find = (position: number, detail: string) =>
    findings.push({ runId: null, position, kind: "projection", detail });
  for (const { position, data } of planned) {
    const { id } = JSON.parse(data) as { id: string };
    if (kept.get(position) !== id) find(position, `experiment ${id} is not listed`);
    kept.delete(position);
  }
  for (const [position, id] of kept) find(position, `experiment ${id} is listed and was never planned`);
  return findings;
}

function compareTallies(db: DatabaseSync, experimentId: string): Finding[] {
  const counted = new Map<string, number[]>();
  const rows = statement(db, "SELECT state FROM runs WHERE experiment_id = ?").iterate(experimentId);
  for (const { state } of rows as Iterable<{ state: string }>) {
    const tally = tallyOf(JSON.parse(state) as Run);
    const key = keyOf(verdictOf(tally.passed), tally);
    const sums = counted.get(key.join()) ?? [];
    counted.set(
      key.join(),
      sumsOf(tally).map((value, index) => value + (sums[index] ?? 0)),
    );
  }
  const kept = new Map(readTallies(db, experimentId).map((row) => [keyOf(row.verdict, row).join(), sumsOf(row)]));
  const findings: Finding[] = [];
  for (const key of new Set([...counted.keys(), ...kept.keys()])) {
    const [is, shouldBe] = [kept.get(key)?.join() ?? "nothing", counted.get(key)?.join() ?? "nothing"];
    if (is === shouldBe) continue;
    const detail = `experiment ${experimentId}, ${key}: ${is} kept, ${shouldBe} there (runs, score, tokens, priced, cost)`;
    findings.push({ runId: null, position: null, kind: "count", detail });
  }
  return findings;
}
