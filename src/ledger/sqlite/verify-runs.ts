// Checks runs against their events, a few a call, so that other requests get their turn in between. Each call sees one
// state of the database.

import type { DatabaseSync } from "node:sqlite";
import type { Finding } from "../ledger.ts";
import { isDeleted } from "./folded-run.ts";
import { type Refolded, refoldRun } from "./refold-run.ts";
import { type RunRow, runRow } from "./run-row.ts";
import type { AttemptRow } from "./save-attempt.ts";
import { inSnapshot } from "./snapshot.ts";
import { statement } from "./statement.ts";

export type NamedBlob = { runId: string; position: number; digest: string; isImported: boolean };

export type Verified = {
  findings: Finding[];
  /** To be looked for by whoever can read blobs. */
  blobs: NamedBlob[];
  runs: number;
  /** The id to go on after, or null at the end. */
  next: string | null;
};

/** How long one call may take, milliseconds. */
const callMsMax = 50;

/** Checks the runs after an id, in order of ids, or only those named. */
export function verifyRuns(db: DatabaseSync, of: { after: string } | { runId: string }): Verified {
  return inSnapshot(db, () => {
    const verified: Verified = { findings: [], blobs: [], runs: 0, next: null };
    if ("runId" in of) {
      verifyRun(db, of.runId, verified);
      return verified;
    }
    const untilMs = performance.now() + callMsMax;
    for (let id = idAfter(db, of.after); id !== null; id = idAfter(db, id)) {
      verifyRun(db, id, verified);
      if (performance.now() > untilMs) return { ...verified, next: id };
    }
    return verified;
  });
}

/** The next id that anything of a run is kept under. */
function idAfter(db: DatabaseSync, id: string): string | null {
  const sql = `SELECT min(id) AS id FROM (
    SELECT min(run_id) AS id FROM events WHERE run_id > ?1 UNION ALL
    SELECT min(run_id) FROM runs WHERE run_id > ?1 UNION ALL
    SELECT min(run_id) FROM attempts WHERE run_id > ?1)`;
  return (statement(db, sql).get(id) as { id: string | null }).id;
}

function verifyRun(db: DatabaseSync, runId: string, verified: Verified): void {
  verified.runs += 1;
  const row = statement(db, "SELECT * FROM runs WHERE run_id = ?").get(runId) as RunRow | undefined;
  const find = (kind: Finding["kind"], detail: string, position: number | null = null) =>
    verified.findings.push({ runId, position, kind, detail });
  if (isDeleted(db, runId)) {
    if (row !== undefined) find("projection", "the run was deleted and is still listed");
    for (const { position, type } of leftovers(db, runId))
      find("sequence", `the run was deleted and its ${type} is still there`, position);
    return;
  }
  const fold = refoldRun(db, runId);
  verified.findings.push(...fold.findings);
  if (fold.run === null) {
    if (fold.findings.length === 0) find("projection", "the run is listed and has no events");
    return;
  }
  const isImported = fold.run.imported;
  for (const blob of fold.blobs) verified.blobs.push({ runId, isImported, ...blob });
  if (row === undefined) find("projection", "the run is not listed", fold.run.position);
  else compareRun(db, { fold, row, find });
  compareAttempts(db, { runId, fold, find });
}

type Compared = { fold: Refolded; find: (kind: Finding["kind"], detail: string, position?: number | null) => void };

function compareRun(db: DatabaseSync, { fold, row, find }: Compared & { row: RunRow }): void {
  if (fold.run === null) return;
  const { position } = fold.run;
  const expected: RunRow = runRow(fold.run, fold);
  for (const column of Object.keys(expected) as (keyof RunRow)[]) {
    if (row[column] === expected[column]) continue;
    find("projection", `${column} is ${shown(row[column])}, its events say ${shown(expected[column])}`, position);
  }
  const sql = "SELECT key, value FROM run_labels WHERE created = ?";
  const labels = statement(db, sql).all(fold.created) as { key: string; value: string }[];
  const kept = sortedText(labels.map(({ key, value }) => [key, value]));
  const named = sortedText(Object.entries(fold.run.labels));
  if (kept !== named) find("projection", `labels are ${shown(kept)}, its events say ${shown(named)}`, position);
}

function compareAttempts(db: DatabaseSync, { runId, fold, find }: Compared & { runId: string }): void {
  const rows = statement(db, "SELECT * FROM attempts WHERE run_id = ?").all(runId) as AttemptRow[];
  const kept = new Map(rows.map((row) => [row.attempt, row]));
  for (const number of new Set([...kept.keys(), ...fold.attempts.keys()])) {
    const row = JSON.stringify(kept.get(number) ?? null);
    const expected = JSON.stringify(fold.attempts.get(number) ?? null);
    if (row !== expected) find("attempt", `attempt ${number} is ${row}, its events say ${expected}`);
  }
}

function sortedText(entries: [string, string][]): string {
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function leftovers(db: DatabaseSync, runId: string): { position: number; type: string }[] {
  const sql = "SELECT position, type FROM events WHERE run_id = ? AND type <> 'run.deleted'";
  return statement(db, sql).all(runId) as { position: number; type: string }[];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
