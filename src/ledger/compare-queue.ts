// Compares limits and workers with the events that they are folded from, and slots with the attempts under way.

import { isKnown, type KnownEvent, type LedgerEvent } from "../core/events.ts";
import { limitKeysOf } from "../core/limit-keys.ts";
import type { Run } from "../core/run.ts";
import type { Finding } from "./ledger.ts";
import { type WorkerRow, workerRow } from "./worker-row.ts";

export type KeptQueue = {
  /** Events of the types limit.set, worker.started, worker.drained and worker.gone, those of each type in order. */
  events: LedgerEvent[];
  limits: { key: string; max: number }[];
  slots: { key: string; i: number; run_id: string | null }[];
  workers: WorkerRow[];
  /** Runs with an attempt under way. */
  live: Run[];
};

export function compareQueue(kept: KeptQueue): Finding[] {
  const limits = limitsOfEvents(kept.events);
  return [...compareLimits(kept, limits), ...compareSlots(kept, limits), ...compareWorkers(kept)];
}

type Limits = Map<string, { max: number; position: number }>;

function limitsOfEvents(events: LedgerEvent[]): Limits {
  const limits: Limits = new Map();
  for (const { data, position } of ofType(events, "limit.set")) {
    const { key, max } = data;
    if (max === null) limits.delete(key);
    else limits.set(key, { max, position });
  }
  return limits;
}

function compareLimits(of: KeptQueue, limits: Limits): Finding[] {
  const kept = new Map(of.limits.map(({ key, max }) => [key, max]));
  return [...new Set([...kept.keys(), ...limits.keys()])].flatMap((key) => {
    const [is, shouldBe] = [kept.get(key) ?? null, limits.get(key)?.max ?? null];
    if (is === shouldBe) return [];
    return [finding(`limit ${key} is ${is}, its events say ${shouldBe}`, limits.get(key)?.position)];
  });
}

/** Which of the slots a run holds does not matter, but there is one for each that a limit allows. */
function compareSlots({ live, slots }: KeptQueue, limits: Limits): Finding[] {
  const findings: Finding[] = [];
  const missing = new Set<string>();
  for (const run of live) for (const key of limitKeysOf(run)) if (limits.has(key)) missing.add(holdOf(key, run.id));
  for (const { key, run_id } of slots) {
    if (run_id === null || missing.delete(holdOf(key, run_id))) continue;
    findings.push(finding(`run ${run_id} holds a slot of limit ${key} and is not under way with it`));
  }
  for (const hold of missing) findings.push(finding(`${hold} is not held, and the run is under way`));
  for (const key of new Set([...slots.map((slot) => slot.key), ...limits.keys()])) {
    const { max, position } = limits.get(key) ?? { max: 0, position: null };
    const of = slots.filter((slot) => slot.key === key);
    const within = of.filter(({ i }) => i < max).length;
    const freeBeyond = of.filter(({ i, run_id }) => i >= max && run_id === null).length;
    if (within === max && freeBeyond === 0) continue;
    findings.push(finding(`limit ${key} of ${max} has ${within} slots, and ${freeBeyond} free ones beyond`, position));
  }
  return findings;
}

function holdOf(key: string, runId: string): string {
  return `the slot of run ${runId} under limit ${key}`;
}

function compareWorkers({ events, workers }: KeptQueue): Finding[] {
  const expected = workersOfEvents(events);
  const kept = new Map(workers.map((row) => [row.worker, row]));
  return [...new Set([...kept.keys(), ...expected.keys()])].flatMap((worker) => {
    const [is, shouldBe] = [JSON.stringify(kept.get(worker) ?? null), JSON.stringify(expected.get(worker) ?? null)];
    return is === shouldBe ? [] : [finding(`worker ${worker} is ${is}, its events say ${shouldBe}`)];
  });
}

/** One that was taken for gone may have started again, so that all types are folded together. */
function workersOfEvents(events: LedgerEvent[]): Map<string, WorkerRow> {
  const workers = new Map<string, WorkerRow>();
  for (const event of events.toSorted((a, b) => a.position - b.position)) {
    if (!isKnown(event)) continue;
    if (event.type === "worker.started") {
      const row = workerRow(event.data, Date.parse(event.recordedAt));
      if (row !== null && !workers.has(row.worker)) workers.set(row.worker, row);
    }
    if (event.type === "worker.drained") {
      const row = workers.get(event.data.worker);
      if (row !== undefined) row.is_draining = 1;
    }
    if (event.type === "worker.gone") workers.delete(event.data.worker);
  }
  return workers;
}

function ofType<T extends KnownEvent["type"]>(events: LedgerEvent[], type: T): Extract<KnownEvent, { type: T }>[] {
  return events.filter((event): event is Extract<KnownEvent, { type: T }> => isKnown(event) && event.type === type);
}

function finding(detail: string, position: number | null = null): Finding {
  return { runId: null, position, kind: "projection", detail };
}
