// The queue is a query: the first queued runs by priority, then age, that workers may take. Mostly those are the first of
// all; where they are not, the first of each lane are looked at, never the whole queue. Runs that somebody else is
// taking at this moment are passed over.

import { systemLimits } from "../../core/system-limits.ts";
import type { Connection } from "./connection.ts";
import { type RunStateRow, stateColumns } from "./read-facts.ts";

export type QueuedRow = RunStateRow & { priority: number; lane: string };

const columns = `${stateColumns}, priority, lane`;
/** A run that waits for its retry is passed over. */
const isDue = "(not_before IS NULL OR not_before <= floor(extract(epoch FROM clock_timestamp()) * 1000))";

/** Locks the first runs of the whole queue that nobody else holds, at most `most`. */
export function lockHeads(connection: Connection, most: number): Promise<QueuedRow[]> {
  const sql = `SELECT ${columns} FROM runs WHERE status = 'queued' AND ${isDue}
    ORDER BY priority, created LIMIT $1 FOR UPDATE SKIP LOCKED`;
  return connection.rows(sql, [most]);
}

export type LaneHead = { lane: string; priority: number; created: number };

/** The first run of each lane, leaping from lane to lane. */
export function laneHeads(connection: Connection): Promise<LaneHead[]> {
  const sql = `WITH RECURSIVE lanes AS (
      (SELECT lane FROM runs WHERE status = 'queued' ORDER BY lane LIMIT 1)
      UNION ALL
      SELECT (SELECT runs.lane FROM runs WHERE status = 'queued' AND runs.lane > lanes.lane ORDER BY runs.lane LIMIT 1)
      FROM lanes WHERE lanes.lane IS NOT NULL)
    SELECT lanes.lane, head.priority, head.created FROM lanes CROSS JOIN LATERAL (
      SELECT priority, created FROM runs WHERE status = 'queued' AND runs.lane = lanes.lane AND ${isDue}
      ORDER BY priority, created LIMIT 1) AS head
    LIMIT $1`;
  return connection.rows(sql, [systemLimits.lanesMax]);
}

/** Locks the first runs of each of these lanes that nobody else holds, at most `most` of each. */
export function lockOfLanes(connection: Connection, lanes: string[], most: number): Promise<QueuedRow[]> {
  const sql = `SELECT head.* FROM unnest($1::text[]) AS asked(lane) CROSS JOIN LATERAL (
      SELECT ${columns} FROM runs WHERE status = 'queued' AND runs.lane = asked.lane AND ${isDue}
      ORDER BY priority, created LIMIT $2 FOR UPDATE SKIP LOCKED) AS head
    ORDER BY head.priority, head.created`;
  return connection.rows(sql, [lanes, most]);
}
