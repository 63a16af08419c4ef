// Checks runs against their events, one a call, each in one state of the database.

import type { AttemptRow } from "../attempt-row.ts";
import { compareRun, differencesOf, type NamedBlob } from "../compare-run.ts";
import type { Finding } from "../ledger.ts";
import { type RunRow, runRow } from "../run-row.ts";
import type { Connection } from "./connection.ts";
import { isDeleted } from "./find-runs.ts";
import { keyColumns, keysOf, type RunKeyRow } from "./insert-run.ts";
import { refoldRun } from "./refold-run.ts";
import { inSnapshot } from "./snapshot.ts";

/** What differs of one run, and the blobs that have to be there. */
export function verifyRun(connection: Connection, runId: string): Promise<{ findings: Finding[]; blobs: NamedBlob[] }> {
  return inSnapshot(connection, async () => {
    const [fold, row, keys, deleted, labels, attempts, leftovers] = await Promise.all([
      refoldRun(connection, runId),
      runRowOf(connection, runId),
      runKeysOf(connection, runId),
      isDeleted(connection, runId),
      labelsOf(connection, runId),
      attemptsOf(connection, runId),
      leftoversOf(connection, runId),
    ]);
    const compared = compareRun({ runId, isDeleted: deleted, row, labels, attempts, leftovers, fold });
    if (row === null || fold.run === null) return compared;
    const { position } = fold.run;
    const differences =
      keys === null ? ["it is in no list"] : differencesOf(keys, keysOf(runRow(fold.run, fold))).map(inLists);
    const findings = differences.map((detail): Finding => ({ runId, position, kind: "projection", detail }));
    return { ...compared, findings: [...compared.findings, ...findings] };
  });
}

/** The next id that anything of a run is kept under. */
export async function runAfter(connection: Connection, id: string): Promise<string | null> {
  const sql = `SELECT least(
    (SELECT min(run_id) FROM events WHERE run_id > $1),
    (SELECT min(run_id) FROM runs WHERE run_id > $1),
    (SELECT min(run_id) FROM attempts WHERE run_id > $1)) AS id`;
  return (await connection.row<{ id: string | null }>(sql, [id]))?.id ?? null;
}

function runRowOf(connection: Connection, runId: string): Promise<RunRow | null> {
  return connection.row<RunRow>("SELECT * FROM runs WHERE run_id = $1", [runId]);
}

function runKeysOf(connection: Connection, runId: string): Promise<RunKeyRow | null> {
  const sql = `SELECT ${keyColumns} FROM run_keys WHERE created = (SELECT created FROM runs WHERE run_id = $1)`;
  return connection.row<RunKeyRow>(sql, [runId]);
}

function inLists(difference: string): string {
  return `in lists ${difference}`;
}

async function labelsOf(connection: Connection, runId: string): Promise<[key: string, value: string][]> {
  const sql = "SELECT key, value FROM run_labels WHERE created = (SELECT created FROM runs WHERE run_id = $1)";
  const rows = await connection.rows<{ key: string; value: string }>(sql, [runId]);
  return rows.map(({ key, value }) => [key, value]);
}

function attemptsOf(connection: Connection, runId: string): Promise<AttemptRow[]> {
  const sql = `SELECT run_id, attempt, claim_id, worker, boot_id, pidns, orphaned_at, outcome FROM attempts
    WHERE run_id = $1 ORDER BY attempt`;
  return connection.rows(sql, [runId]);
}

function leftoversOf(connection: Connection, runId: string): Promise<{ position: number; type: string }[]> {
  const sql = `SELECT position, type FROM events WHERE run_id = $1 AND type <> 'run.deleted'
    AND EXISTS (SELECT 1 FROM tombstones WHERE tombstones.run_id = $1) ORDER BY seq`;
  return connection.rows(sql, [runId]);
}
