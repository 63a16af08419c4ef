// Reads what a group of writes has to know: everything is sent at once, and each statement sees what was committed when
// the locks before it were there.

import type { Run } from "../../core/run.ts";
import type { LogStream } from "../log-stream.ts";
import type { FoldedRun } from "../write-transaction.ts";
import type { Connection } from "./connection.ts";
import { type AskedAttempt, attemptKey, type Facts, type Needs, recordKey, streamKey } from "./facts.ts";
import { positionsOfStep } from "./group-transaction.ts";

/** Another transaction wrote one of the runs and has a later id than this one: to be done again, under a new id. */
export class LaterWriter extends Error {
  override readonly name = "LaterWriter";
}

export type RunStateRow = { run_id: string; created: number; link: string; state: string; xid: string };

/** The columns of a run that its next append needs. */
export const stateColumns = "run_id, created, link, state, xid::text AS xid";

/**
 * Begins the transaction, locks the runs and reads. Runs are locked in the order of their ids, so that no two groups
 * wait for each other.
 * @throws LaterWriter
 */
export async function readFacts(connection: Connection, needs: Needs): Promise<Facts> {
  const runIds = [...needs.runIds];
  const [, , rows, tombstones, place, cursors, crcs, sizes, limits] = await Promise.all([
    begin(connection),
    lockLedger(connection, needs.isExclusive),
    runIds.length === 0 ? [] : lockRuns(connection, runIds),
    runIds.length === 0 ? [] : readTombstones(connection, runIds),
    takePlace(connection, needs.events),
    needs.attempts.length === 0 ? [] : readCursors(connection, needs.attempts),
    needs.attempts.length === 0 ? [] : readCrcs(connection, needs.attempts),
    needs.streams.length === 0 ? [] : readSizes(connection, needs.streams),
    readLimits(connection),
  ]);
  if (place === null) throw new Error("a query for one row gave none");
  if (rows.some(({ xid }) => BigInt(xid) >= BigInt(place.xid))) throw new LaterWriter();
  return {
    xid: place.xid,
    nowMs: Math.max(place.now_ms, place.newest_ms ?? 0),
    positions: place.positions,
    runs: new Map(rows.map((row) => [row.run_id, foldedRun(row)])),
    deleted: new Set(tombstones.map(({ run_id }) => run_id)),
    cursors: new Map(
      cursors.flatMap(({ run_id, attempt, n, journal_end: offset, journal_crc: crc }) =>
        n === null ? [] : [[attemptKey(run_id, attempt), { n, offset, crc }]],
      ),
    ),
    claimIds: new Map(
      cursors.flatMap(({ run_id, attempt, claim_id }) =>
        claim_id === null ? [] : [[attemptKey(run_id, attempt), claim_id]],
      ),
    ),
    crcs: new Map(crcs.map(({ run_id, attempt, n, crc }) => [recordKey(run_id, attempt, n), crc])),
    logSizes: new Map(sizes.map((row) => [streamKey({ ...row, runId: row.run_id }), row.size])),
    limits: new Map(limits.map(({ key, max, used }) => [key, { max, used, free: [] }])),
  };
}

export function foldedRun({ created, link, state }: RunStateRow): FoldedRun {
  return { run: JSON.parse(state) as Run, state, created, link };
}

export function begin(connection: Connection): Promise<string> {
  return connection.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
}

/** Every writer holds it shared; who makes folds anew, or limits, holds it alone. */
export function lockLedger(connection: Connection, isExclusive: boolean): Promise<string> {
  const name = isExclusive ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared";
  return connection.run(`SELECT ${name}(-1)`);
}

/** The transaction gets its id here or at its first row, after whoever held that before. */
function lockRuns(connection: Connection, runIds: string[]): Promise<RunStateRow[]> {
  const sql = `SELECT ${stateColumns} FROM runs WHERE run_id = ANY($1::text[]) ORDER BY run_id FOR UPDATE`;
  return connection.rows(sql, [runIds]);
}

function readTombstones(connection: Connection, runIds: string[]): Promise<{ run_id: string }[]> {
  return connection.rows("SELECT run_id FROM tombstones WHERE run_id = ANY($1::text[])", [runIds]);
}

export type PlaceRow = { xid: string; now_ms: number; newest_ms: number | null; positions: number[] };

/** The transaction's id, the time, and positions for so many events: after the locks, so that both grow with each run. */
export function takePlace(connection: Connection, events: number): Promise<PlaceRow | null> {
  const sql = `SELECT pg_current_xact_id()::text AS xid,
    floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms,
    (SELECT recorded_at FROM events ORDER BY xid DESC, position DESC LIMIT 1) AS newest_ms,
    (SELECT json_agg(nextval('positions')) FROM generate_series(1, $1::integer)) AS positions`;
  return connection.row(sql, [Math.max(1, Math.ceil(events / positionsOfStep))]);
}

type CursorRow = {
  run_id: string;
  attempt: number;
  n: number | null;
  journal_end: number;
  journal_crc: string;
  claim_id: string | null;
};

/** How far the journals of these attempts were taken, and under which claim they are supervised. */
function readCursors(connection: Connection, attempts: AskedAttempt[]): Promise<CursorRow[]> {
  const sql = `SELECT asked.run_id, asked.attempt, last.n, last.journal_end, last.journal_crc, a.claim_id
    FROM json_to_recordset($1::json) AS asked(run_id text, attempt integer)
    LEFT JOIN attempts AS a ON a.run_id = asked.run_id AND a.attempt = asked.attempt
    LEFT JOIN LATERAL (SELECT n, journal_end, journal_crc FROM events
      WHERE events.run_id = asked.run_id AND events.attempt = asked.attempt AND n IS NOT NULL
      ORDER BY n DESC LIMIT 1) AS last ON true`;
  return connection.rows(sql, [JSON.stringify(attempts)]);
}

/** The crcs of records that came once more. */
function readCrcs(
  connection: Connection,
  attempts: AskedAttempt[],
): Promise<{ run_id: string; attempt: number; n: number; crc: string }[]> {
  const sql = `SELECT events.run_id, events.attempt, events.n, events.journal_crc AS crc
    FROM json_to_recordset($1::json) AS asked(run_id text, attempt integer, first bigint, last bigint)
    JOIN events ON events.run_id = asked.run_id AND events.attempt = asked.attempt
      AND events.n IS NOT NULL AND events.n BETWEEN asked.first AND asked.last`;
  return connection.rows(sql, [JSON.stringify(attempts.filter(({ last }) => last > 0))]);
}

function readSizes(
  connection: Connection,
  streams: LogStream[],
): Promise<{ run_id: string; attempt: number; stream: LogStream["stream"]; size: number }[]> {
  const sql = `SELECT asked.run_id, asked.attempt, asked.stream, last.size
    FROM json_to_recordset($1::json) AS asked(run_id text, attempt integer, stream text)
    CROSS JOIN LATERAL (SELECT start + length(bytes) AS size FROM logs
      WHERE logs.run_id = asked.run_id AND logs.attempt = asked.attempt AND logs.stream = asked.stream
      ORDER BY start DESC LIMIT 1) AS last`;
  const asked = streams.map(({ runId, attempt, stream }) => ({ run_id: runId, attempt, stream }));
  return connection.rows(sql, [JSON.stringify(asked)]);
}

/** All limits with what is used of them; mostly there are none or a handful. */
export function readLimits(connection: Connection): Promise<{ key: string; max: number; used: number }[]> {
  const sql = `SELECT key, max,
    (SELECT count(*) FROM slots WHERE slots.key = limits.key AND run_id IS NOT NULL) AS used FROM limits ORDER BY key`;
  return connection.rows(sql);
}
