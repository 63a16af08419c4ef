// Checks limits and workers against the events that they are folded from, and slots against the attempts under way.

import type { DatabaseSync } from "node:sqlite";
import { type EventType, isKnown, type KnownEvent } from "../../core/events.ts";
import { limitKeysOf } from "../../core/limit-keys.ts";
import type { Finding } from "../ledger.ts";
import { type EventRow, eventColumns, eventOfRow } from "./event-row.ts";
import { liveRuns } from "./slots.ts";
import { inSnapshot } from "./snapshot.ts";
import { statement } from "./statement.ts";
import { type WorkerRow, workerRow, workerRows } from "./worker-row.ts";

export function verifyQueue(db: DatabaseSync): Finding[] {
  return inSnapshot(db, () => {
    const limits = limitsOfEvents(db);
    return [...compareLimits(db, limits), ...compareSlots(db, limits), ...compareWorkers(db)];
  });
}

type Limits = Map<string, { max: number; position: number }>;

function limitsOfEvents(db: DatabaseSync): Limits {
  const limits: Limits = new Map();
  for (const { data, position } of eventsOf(db, "limit.set")) {
    const { key, max } = data;
    if (max === null) limits.delete(key);
    else limits.set(key, { max, position });
  }
  return limits;
}

function compareLimits(db: DatabaseSync, limits: Limits): Finding[] {
  const rows = statement(db, "SELECT key, max FROM limits").all() as { key: string; max: number }[];
  const kept = new Map(rows.map(({ key, max }) => [key, max]));
  return [...new Set([...kept.keys(), ...limits.keys()])].flatMap((key) => {
    const [is, shouldBe] = [kept.get(key) ?? null, limits.get(key)?.max ?? null];
    if (is === shouldBe) return [];
    return [finding(`limit ${key} is ${is}, its events say ${shouldBe}`, limits.get(key)?.position)];
  });
}

type SlotRow = { key: string; i: number; run_id: string | null };

/** Which of the slots a run holds does not matter. */
function compareSlots(db: DatabaseSync, limits: Limits): Finding[] {
  const findings: Finding[] = [];
  const missing = new Set<string>();
  for (const run of liveRuns(db)) {
    for (const key of limitKeysOf(run)) if (limits.has(key)) missing.add(holdOf(key, run.id));
  }
  const counts = new Map<string, { rows: number; free: number }>();
  for (const { key, run_id } of statement(db, "SELECT key, i, run_id FROM slots").all() as SlotRow[]) {
    const count = counts.get(key) ?? { rows: 0, free: 0 };
    counts.set(key, { rows: count.rows + 1, free: count.free + (run_id === null ? 1 : 0) });
    if (run_id === null || missing.delete(holdOf(key, run_id))) continue;
    findings.push(finding(`run ${run_id} holds a slot of limit ${key} and is not under way with it`));
  }
  for (const hold of missing) findings.push(finding(`${hold} is not held, and the run is under way`));
  for (const key of new Set([...counts.keys(), ...limits.keys()])) {
    const { rows, free } = counts.get(key) ?? { rows: 0, free: 0 };
    const max = limits.get(key)?.max ?? 0;
    // Free ones never lie beside those of runs beyond the limit.
    if (rows === Math.max(max, rows - free)) continue;
    findings.push(finding(`limit ${key} of ${max} has ${rows} slots, ${free} of them free`, limits.get(key)?.position));
  }
  return findings;
}

function holdOf(key: string, runId: string): string {
  return `the slot of run ${runId} under limit ${key}`;
}

function compareWorkers(db: DatabaseSync): Finding[] {
  const expected = workersOfEvents(db);
  const kept = new Map(workerRows(db).map((row) => [row.worker, row]));
  return [...new Set([...kept.keys(), ...expected.keys()])].flatMap((worker) => {
    const [is, shouldBe] = [JSON.stringify(kept.get(worker) ?? null), JSON.stringify(expected.get(worker) ?? null)];
    return is === shouldBe ? [] : [finding(`worker ${worker} is ${is}, its events say ${shouldBe}`)];
  });
}

function workersOfEvents(db: DatabaseSync): Map<string, WorkerRow> {
  const workers = new Map<string, WorkerRow>();
  for (const { data, recordedAt } of eventsOf(db, "worker.started")) {
    const row = workerRow(data, Date.parse(recordedAt));
    if (row !== null && !workers.has(row.worker)) workers.set(row.worker, row);
  }
  for (const { data } of eventsOf(db, "worker.drained")) {
    const row = workers.get(data.worker);
    if (row !== undefined) row.is_draining = 1;
  }
  for (const { data } of eventsOf(db, "worker.gone")) workers.delete(data.worker);
  return workers;
}

type EventOf<T extends EventType> = Extract<KnownEvent, { type: T }>;

function* eventsOf<T extends EventType>(db: DatabaseSync, type: T): Generator<EventOf<T>> {
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id IS NULL AND type = ? ORDER BY position`;
  for (const row of statement(db, sql).iterate(type) as Iterable<EventRow>) {
    const event = eventOfRow(row);
    if (isKnown(event)) yield event as EventOf<T>;
  }
}

function finding(detail: string, position: number | null = null): Finding {
  return { runId: null, position, kind: "projection", detail };
}
