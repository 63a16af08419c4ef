// Checks runs against their events, a few a call, so that other requests get their turn in between. Each call sees one
// state of the database.

import type { DatabaseSync } from "node:sqlite";
import type { AttemptRow } from "../attempt-row.ts";
import { compareRun, type KeptRun, type NamedBlob } from "../compare-run.ts";
import type { Finding } from "../ledger.ts";
import type { RunRow } from "../run-row.ts";
import { isDeleted } from "./folded-run.ts";
import { refoldRun } from "./refold-run.ts";
import { inSnapshot } from "./snapshot.ts";
import { statement } from "./statement.ts";

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
  const { findings, blobs } = compareRun(keptRun(db, runId));
  verified.findings.push(...findings);
  verified.blobs.push(...blobs);
}

function keptRun(db: DatabaseSync, runId: string): KeptRun {
  const fold = refoldRun(db, runId);
  return {
    runId,
    isDeleted: isDeleted(db, runId),
    row: (statement(db, "SELECT * FROM runs WHERE run_id = ?").get(runId) as RunRow | undefined) ?? null,
    labels: labelsOf(db, fold.created),
    attempts: statement(db, "SELECT * FROM attempts WHERE run_id = ?").all(runId) as AttemptRow[],
    leftovers: leftovers(db, runId),
    fold,
  };
}

function labelsOf(db: DatabaseSync, created: number): [key: string, value: string][] {
  const sql = "SELECT key, value FROM run_labels WHERE created = ?";
  const rows = statement(db, sql).all(created) as { key: string; value: string }[];
  return rows.map(({ key, value }) => [key, value]);
}

function leftovers(db: DatabaseSync, runId: string): { position: number; type: string }[] {
  const sql = `SELECT position, type FROM events WHERE run_id = ?1 AND type <> 'run.deleted'
    AND EXISTS (SELECT 1 FROM tombstones WHERE tombstones.run_id = ?1) ORDER BY seq`;
  return statement(db, sql).all(runId) as { position: number; type: string }[];
}
