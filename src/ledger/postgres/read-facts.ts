// Reads what a group of writes has to know: everything is sent at once, and each statement sees what was committed when
// the locks before it were there.

import type { Run } from "../../core/run.ts";
import { systemLimits } from "../../core/system-limits.ts";
import type { LogStream } from "../log-stream.ts";
import type { FoldedRun } from "../write-transaction.ts";
import type { Connection } from "./connection.ts";
import {
  type AskedAttempt,
  attemptKey,
  type Facts,
  type LedgerLock,
  type Needs,
  recordKey,
  streamKey,
} from "./facts.ts";
import { positionsOfStep } from "./group-transaction.ts";
import { lockHolders } from "./locks.ts";

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
  const taking = needs.attempts.filter(({ last }) => last > 0);
  const [, , rows, place, cursors, crcs, sizes, holders] = await Promise.all([
    begin(connection),
    lockLedger(connection, needs.lock),
    runIds.length === 0 ? [] : lockRuns(connection, runIds),
    takePlace(connection, { events: needs.events, runIds }),
    needs.attempts.length === 0 ? [] : readCursors(connection, needs.attempts),
    taking.length === 0 ? [] : readCrcs(connection, taking),
    needs.streams.length === 0 ? [] : readSizes(connection, needs.streams),
    needs.silent.length === 0 ? [] : lockHolders(connection, needs.silent, systemLimits.takeoverAfterMs),
  ]);
  if (rows.some(({ xid }) => BigInt(xid) >= BigInt(place.xid))) throw new LaterWriter();
  return {
    ...factsOfPlace(place),
    runs: new Map(rows.map((row) => [row.run_id, foldedRun(row)])),
    deleted: new Set(place.deleted ?? []),
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
    heard: new Set(holders.filter(({ is_heard }) => is_heard).map(({ worker }) => worker)),
  };
}

/** What a group has to know before it writes anything, whatever it writes. */
export function factsOfPlace(place: PlaceRow): Pick<Facts, "xid" | "nowMs" | "positions" | "limits"> {
  return {
    xid: place.xid,
    nowMs: Math.max(place.now_ms, place.newest_ms ?? 0),
    positions: place.positions,
    limits: new Map((place.limits ?? []).map(({ key, max, used }) => [key, { max, used, free: [] }])),
  };
}

export function foldedRun({ created, link, state }: RunStateRow): FoldedRun {
  return { run: JSON.parse(state) as Run, state, created, link };
}

export function begin(connection: Connection): Promise<string> {
  return connection.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
}

/**
 * What a transaction of writes is planned by. A plan is made once a connection, maybe while a table is still small, and
 * is kept as it grows: without this, UPDATEs of a new database read all of its runs until they were first analysed. And
 * it is made once, where the server would plan some statements anew for each use, which takes longer than to do them.
 * Older servers take a plan that may not read a table whole for so dear that they compile it to machine code first, each
 * time, for a quarter of a second.
 */
const byIndex = [
  ...["enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"].map(
    (name) => `set_config('${name}', 'off', true)`,
  ),
  "set_config('plan_cache_mode', 'force_generic_plan', true)",
].join(", ");

/** Every writer holds the first shared; who makes folds anew, or limits, holds it alone. Another than -2, which migrates. */
const lockSql = {
  shared: "pg_advisory_xact_lock_shared(-1)",
  listing: "pg_advisory_xact_lock_shared(-1), pg_advisory_xact_lock(-3)",
  alone: "pg_advisory_xact_lock(-1)",
} as const satisfies Record<LedgerLock, string>;

/** Also says how long each lock of the transaction may be waited for, this one first. */
export function lockLedger(connection: Connection, lock: LedgerLock): Promise<string> {
  return connection.run(
    `SELECT set_config('lock_timeout', '${connection.lockMs}', true), ${lockSql[lock]}, ${byIndex}`,
  );
}

/** The transaction gets its id here or at its first row, after whoever held that before. */
function lockRuns(connection: Connection, runIds: string[]): Promise<RunStateRow[]> {
  const sql = `SELECT ${stateColumns} FROM runs WHERE run_id = ANY($1::text[]) ORDER BY run_id FOR UPDATE`;
  return connection.rows(sql, [runIds]);
}

/** `limits`: all of them with what is used of each; mostly there are none or a handful. */
type PlaceRow = {
  xid: string;
  now_ms: number;
  newest_ms: number | null;
  positions: number[];
  limits: { key: string; max: number; used: number }[] | null;
  deleted: string[] | null;
};

const placeColumns = `pg_current_xact_id()::text AS xid,
  floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms,
  (SELECT recorded_at FROM events ORDER BY xid DESC, position DESC LIMIT 1) AS newest_ms,
  (SELECT json_agg(nextval('positions')) FROM generate_series(1, $1::integer)) AS positions,
  (SELECT json_agg(json_build_object('key', key, 'max', max, 'used',
    (SELECT count(*) FROM slots WHERE slots.key = limits.key AND run_id IS NOT NULL))) FROM limits) AS limits,
  (SELECT json_agg(run_id) FROM tombstones WHERE run_id = ANY($2::text[])) AS deleted`;

/**
 * The transaction's id, the time, and positions for so many events: after the locks, so that both grow with each run.
 * And which of the runs were deleted.
 */
async function takePlace(connection: Connection, of: { events: number; runIds: string[] }): Promise<PlaceRow> {
  const place = await connection.row<PlaceRow>(`SELECT ${placeColumns}`, [stepsOf(of.events), of.runIds]);
  if (place === null) throw new Error("a query for one row gave none");
  return place;
}

/** The same for a transaction that has locked a row before; null, and no id is used up, for one that has not. */
export function takePlaceOfLocked(connection: Connection, events: number): Promise<PlaceRow | null> {
  const sql = `SELECT ${placeColumns} WHERE pg_current_xact_id_if_assigned() IS NOT NULL`;
  return connection.row<PlaceRow>(sql, [stepsOf(events), []]);
}

function stepsOf(events: number): number {
  return Math.max(1, Math.ceil(events / positionsOfStep));
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
  return connection.rows(sql, [JSON.stringify(attempts)]);
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
