// The slots of limits over all workers: a run holds one of each of its limits from its claim to the end of its attempt.
// They are a fold, kept by the append that claims or ends; that none begins beyond a limit is looked to before.

import type { DatabaseSync } from "node:sqlite";
import { limitKeysOf } from "../../core/limit-keys.ts";
import type { LimitUse } from "../../core/queue-view.ts";
import type { Run } from "../../core/run.ts";
import { statement } from "./statement.ts";

const useSql = `SELECT key, max,
  (SELECT count(*) FROM slots WHERE slots.key = limits.key AND run_id IS NOT NULL) AS used FROM limits`;
const isFullSql = "NOT EXISTS (SELECT 1 FROM slots WHERE slots.key = limits.key AND run_id IS NULL)";

/** All limits with what is used of them. */
export function listLimits(db: DatabaseSync): LimitUse[] {
  return statement(db, `${useSql} ORDER BY key`).all() as LimitUse[];
}

/** The keys of limits without a free slot. */
export function fullLimits(db: DatabaseSync): Set<string> {
  const rows = statement(db, `SELECT key FROM limits WHERE ${isFullSql}`).all() as { key: string }[];
  return new Set(rows.map(({ key }) => key));
}

/** The first of these keys whose limit has no free slot, or null. */
export function limitInTheWay(db: DatabaseSync, keys: string[]): LimitUse | null {
  const sql = `${useSql} WHERE key IN (SELECT value FROM json_each(?)) AND ${isFullSql} ORDER BY key LIMIT 1`;
  return (statement(db, sql).get(JSON.stringify(keys)) as LimitUse | undefined) ?? null;
}

/** Takes or frees slots where a run has begun or ended an attempt (null: it is new, it was deleted). */
export function moveSlots(db: DatabaseSync, before: Run | null, after: Run | null): void {
  const [held, holds] = [holdsSlots(before), holdsSlots(after)];
  if (after !== null && holds && !held) takeSlots(db, after);
  if (before !== null && held && !holds) freeSlots(db, before.id);
}

/**
 * Sets a limit (null lifts it). Runs under way hold slots of it from now on; where they are more than it allows, the
 * ones beyond keep a slot above it, and none begins until they have ended.
 */
export function setLimit(db: DatabaseSync, { key, max }: { key: string; max: number | null }): void {
  statement(db, "DELETE FROM slots WHERE key = ?").run(key);
  if (max === null) {
    statement(db, "DELETE FROM limits WHERE key = ?").run(key);
    return;
  }
  const sql = "INSERT INTO limits (key, max) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET max = excluded.max";
  statement(db, sql).run(key, max);
  const holders = liveRuns(db).filter((run) => limitKeysOf(run).includes(key));
  for (let i = 0; i < Math.max(max, holders.length); i += 1) insertSlot(db, { key, i, runId: holders[i]?.id ?? null });
}

/** Runs with an attempt under way, oldest first. */
export function liveRuns(db: DatabaseSync): Run[] {
  const sql = `SELECT runs.state FROM attempts AS a CROSS JOIN runs ON runs.run_id = a.run_id
    WHERE a.outcome IS NULL ORDER BY runs.created`;
  return (statement(db, sql).all() as { state: string }[]).map(({ state }) => JSON.parse(state) as Run);
}

function holdsSlots(run: Run | null): boolean {
  return run?.attempt != null && run.attempt.outcome === null;
}

function takeSlots(db: DatabaseSync, run: Run): void {
  for (const key of limitedKeys(db, limitKeysOf(run))) {
    const free = statement(db, "SELECT min(i) AS i FROM slots WHERE key = ? AND run_id IS NULL").get(key) as SlotIndex;
    if (free.i !== null) giveSlot(db, { key, i: free.i, runId: run.id });
    else insertSlot(db, { key, i: slotAbove(db, key), runId: run.id });
  }
}

/** A free slot goes to a run beyond the limit, if there is one: it counts as long as it is under way. */
function freeSlots(db: DatabaseSync, runId: string): void {
  const sql = `SELECT slots.key, i, max FROM slots CROSS JOIN limits ON limits.key = slots.key WHERE run_id = ?`;
  for (const { key, i, max } of statement(db, sql).all(runId) as { key: string; i: number; max: number }[]) {
    const beyond = lastBeyond(db, { key, max });
    if (beyond === null) {
      giveSlot(db, { key, i, runId: null });
      continue;
    }
    statement(db, "DELETE FROM slots WHERE key = ? AND i = ?").run(key, beyond.i);
    if (beyond.i !== i) giveSlot(db, { key, i, runId: beyond.run_id });
  }
}

type SlotIndex = { i: number | null };

function limitedKeys(db: DatabaseSync, keys: string[]): string[] {
  if (keys.length === 0) return [];
  const sql = "SELECT key FROM limits WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key";
  return (statement(db, sql).all(JSON.stringify(keys)) as { key: string }[]).map(({ key }) => key);
}

function lastBeyond(db: DatabaseSync, of: { key: string; max: number }): { i: number; run_id: string } | null {
  const sql = "SELECT i, run_id FROM slots WHERE key = ? AND i >= ? ORDER BY i DESC LIMIT 1";
  return (statement(db, sql).get(of.key, of.max) as { i: number; run_id: string } | undefined) ?? null;
}

function slotAbove(db: DatabaseSync, key: string): number {
  const last = statement(db, "SELECT max(i) AS i FROM slots WHERE key = ?").get(key) as SlotIndex;
  return (last.i ?? -1) + 1;
}

function giveSlot(db: DatabaseSync, { key, i, runId }: { key: string; i: number; runId: string | null }): void {
  statement(db, "UPDATE slots SET run_id = ? WHERE key = ? AND i = ?").run(runId, key, i);
}

function insertSlot(db: DatabaseSync, { key, i, runId }: { key: string; i: number; runId: string | null }): void {
  statement(db, "INSERT INTO slots (key, i, run_id) VALUES (?, ?, ?)").run(key, i, runId);
}
