// Checks limits, slots and workers against what they are folded from.

import type { EventType, LedgerEvent } from "../../core/events.ts";
import { compareQueue } from "../compare-queue.ts";
import { type EventRow, eventColumns, eventOfRow } from "../event-row.ts";
import type { Finding } from "../ledger.ts";
import type { Connection } from "./connection.ts";
import { workerRows } from "./save-worker.ts";
import { liveRuns } from "./slots.ts";
import { inSnapshot } from "./snapshot.ts";

const types = ["limit.set", "worker.started", "worker.drained", "worker.gone"] as const satisfies EventType[];

export function verifyQueue(connection: Connection): Promise<Finding[]> {
  return inSnapshot(connection, async () =>
    compareQueue({
      events: await eventsOf(connection),
      limits: await connection.rows("SELECT key, max FROM limits"),
      slots: await connection.rows("SELECT key, i, run_id FROM slots"),
      workers: await workerRows(connection),
      live: await liveRuns(connection),
    }),
  );
}

async function eventsOf(connection: Connection): Promise<LedgerEvent[]> {
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id IS NULL AND type = ANY($1::text[]) ORDER BY position`;
  return (await connection.rows<EventRow>(sql, [types])).map(eventOfRow);
}
