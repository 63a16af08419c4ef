// The rows of workers that take runs from the queue: a fold of what each said of itself, and of its end.

import type { EventData } from "../core/events.ts";
import type { Abilities, WorkerEntry } from "../core/queue-view.ts";

export type WorkerRow = {
  worker: string;
  boot_id: string;
  pidns: string;
  pid: number;
  /** Unix milliseconds. */
  started_at: number;
  is_draining: number;
  /** JSON of the rest. */
  data: string;
};

type OfQueue = { slots: number; can: Abilities; build: string };

/** The row of a worker that began at this time, or null if it takes nothing from the queue. */
export function workerRow(data: EventData<"worker.started">, startedAtMs: number): WorkerRow | null {
  const { worker, place, pid, slots, can, build } = data;
  if (slots === undefined || can === undefined) return null;
  const ofQueue: OfQueue = { slots, can, build: build ?? "" };
  return {
    worker,
    boot_id: place.bootId,
    pidns: place.pidns,
    pid,
    started_at: startedAtMs,
    is_draining: 0,
    data: JSON.stringify(ofQueue),
  };
}

export function workerOfRow(row: WorkerRow): WorkerEntry {
  return {
    worker: row.worker,
    place: { bootId: row.boot_id, pidns: row.pidns },
    pid: row.pid,
    startedAt: new Date(row.started_at).toISOString(),
    ...(JSON.parse(row.data) as OfQueue),
    isDraining: row.is_draining === 1,
  };
}
