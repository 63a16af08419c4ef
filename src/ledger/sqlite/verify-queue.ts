// Checks limits, slots and workers against what they are folded from.

import type { DatabaseSync } from "node:sqlite";
import type { EventType, LedgerEvent } from "../../core/events.ts";
import { compareQueue, type KeptQueue } from "../compare-queue.ts";
import { type EventRow, eventColumns, eventOfRow } from "../event-row.ts";
import type { Finding } from "../ledger.ts";
import { workerRows } from "./save-worker.ts";
import { liveRuns } from "./slots.ts";
import { inSnapshot } from "./snapshot.ts";
import { statement } from "./statement.ts";

const types = ["limit.set", "worker.started", "worker.drained", "worker.gone"] as const satisfies EventType[];

export function verifyQueue(db: DatabaseSync): Finding[] {
  return inSnapshot(db, () =>
    compareQueue({
      events: types.flatMap((type) => eventsOf(db, type)),
      limits: statement(db, "SELECT key, max FROM limits").all() as KeptQueue["limits"],
      slots: statement(db, "SELECT key, i, run_id FROM slots").all() as KeptQueue["slots"],
      workers: workerRows(db),
      live: liveRuns(db),
    }),
  );
}

function eventsOf(db: DatabaseSync, type: EventType): LedgerEvent[] {
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id IS NULL AND type = ? ORDER BY position`;
  return (statement(db, sql).all(type) as EventRow[]).map(eventOfRow);
}
