// Attempts without an ending: what settling and supervision start from. One indexed query.

import type { RunStatus } from "../../core/moves.ts";
import { type JournalCursor, journalStart } from "../../protocol/journal.ts";
import type { AttemptRow } from "../attempt-row.ts";
import type { LiveAttempt, Supervisor } from "../ledger.ts";
import type { Connection } from "./connection.ts";

type CursorColumns = { n: number | null; journal_end: number; journal_crc: string };
type LiveRow = AttemptRow & CursorColumns & { status: RunStatus };

/** How far the journal of an attempt was taken: a fold of the events that carry its records. */
const lastRecord = `SELECT n, journal_end, journal_crc FROM events
  WHERE events.run_id = a.run_id AND events.attempt = a.attempt AND n IS NOT NULL ORDER BY n DESC LIMIT 1`;
const sql = `SELECT a.run_id, a.attempt, a.claim_id, a.worker, a.boot_id, a.pidns, a.orphaned_at, runs.status,
    last.n, last.journal_end, last.journal_crc
  FROM attempts AS a JOIN runs ON runs.run_id = a.run_id LEFT JOIN LATERAL (${lastRecord}) AS last ON true
  WHERE a.outcome IS NULL`;
const order = "ORDER BY a.run_id, a.attempt";

export async function liveAttempts(connection: Connection, worker: string | null): Promise<LiveAttempt[]> {
  const rows =
    worker === null
      ? await connection.rows<LiveRow>(`${sql} ${order}`)
      : await connection.rows<LiveRow>(`${sql} AND a.worker = $1 ${order}`, [worker]);
  return rows.map((row) => ({
    runId: row.run_id,
    attempt: row.attempt,
    claimId: row.claim_id,
    worker: row.worker,
    place: { bootId: row.boot_id, pidns: row.pidns },
    status: row.status,
    orphanedAt: row.orphaned_at === null ? null : new Date(row.orphaned_at).toISOString(),
    cursor: cursorOf(row),
  }));
}

/** Workers of attempts without an ending, each once. */
export async function supervisors(connection: Connection): Promise<Supervisor[]> {
  const workersSql = "SELECT DISTINCT worker, boot_id, pidns FROM attempts WHERE outcome IS NULL ORDER BY worker";
  const rows = await connection.rows<Pick<AttemptRow, "worker" | "boot_id" | "pidns">>(workersSql);
  return rows.map(({ worker, boot_id: bootId, pidns }) => ({ worker, place: { bootId, pidns } }));
}

export async function journalCursor(connection: Connection, runId: string, attempt: number): Promise<JournalCursor> {
  const cursorSql = `SELECT n, journal_end, journal_crc FROM events
    WHERE run_id = $1 AND attempt = $2 AND n IS NOT NULL ORDER BY n DESC LIMIT 1`;
  return cursorOf(await connection.row<CursorColumns>(cursorSql, [runId, attempt]));
}

function cursorOf(row: CursorColumns | null): JournalCursor {
  if (row === null || row.n === null) return journalStart;
  return { n: row.n, offset: row.journal_end, crc: row.journal_crc };
}
