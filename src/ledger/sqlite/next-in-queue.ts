// The queue is a query: the first queued run by priority, then age, that a worker may take. Mostly that is the first of
// all; where it is not, the first of each lane is looked at, never the whole queue.

import type { DatabaseSync } from "node:sqlite";
import { readLane } from "../../core/lane.ts";
import { limitKeysOfLane } from "../../core/limit-keys.ts";
import { type Abilities, canTake } from "../../core/queue-view.ts";
import { systemLimits } from "../../core/system-limits.ts";
import { fullLimits } from "./slots.ts";
import { statement } from "./statement.ts";

type Head = { priority: number; created: number };

/** The id of the next run that may be claimed now and has room under every limit, or null. */
export function nextInQueue(db: DatabaseSync, { can, nowMs }: { can: Abilities; nowMs: number }): string | null {
  const first = headOfQueue(db, nowMs);
  if (first === null) return null;
  const full = fullLimits(db);
  const isOpen = (text: string): boolean => {
    const lane = readLane(text);
    return canTake(can, lane) && !limitKeysOfLane(lane).some((key) => full.has(key));
  };
  return isOpen(first.lane) ? first.run_id : bestOfLanes(db, nowMs, isOpen);
}

function bestOfLanes(db: DatabaseSync, nowMs: number, isOpen: (lane: string) => boolean): string | null {
  let best: Head | null = null;
  let lane = laneAfter(db, "");
  for (let looked = 0; lane !== null && looked < systemLimits.lanesMax; looked += 1) {
    const head = isOpen(lane) ? headOfLane(db, lane, nowMs) : null;
    if (head !== null && (best === null || isBefore(head, best))) best = head;
    lane = laneAfter(db, lane);
  }
  return best === null ? null : runCreatedAt(db, best.created);
}

function isBefore(a: Head, b: Head): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.created < b.created);
}

function headOfQueue(db: DatabaseSync, nowMs: number): { run_id: string; lane: string } | null {
  const sql = `SELECT run_id, lane FROM runs INDEXED BY queue
    WHERE status = 'queued' AND (not_before IS NULL OR not_before <= ?) ORDER BY priority, created LIMIT 1`;
  return (statement(db, sql).get(nowMs) as { run_id: string; lane: string } | undefined) ?? null;
}

function laneAfter(db: DatabaseSync, lane: string): string | null {
  const sql = "SELECT min(lane) AS lane FROM runs INDEXED BY lanes WHERE status = 'queued' AND lane > ?";
  return (statement(db, sql).get(lane) as { lane: string | null }).lane;
}

function headOfLane(db: DatabaseSync, lane: string, nowMs: number): Head | null {
  const sql = `SELECT priority, created FROM runs INDEXED BY lanes WHERE status = 'queued' AND lane = ?
    AND (not_before IS NULL OR not_before <= ?) ORDER BY priority, created LIMIT 1`;
  return (statement(db, sql).get(lane, nowMs) as Head | undefined) ?? null;
}

function runCreatedAt(db: DatabaseSync, created: number): string | null {
  const row = statement(db, "SELECT run_id FROM runs WHERE created = ?").get(created) as { run_id: string } | undefined;
  return row?.run_id ?? null;
}
