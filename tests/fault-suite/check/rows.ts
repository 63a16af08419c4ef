// The ledger as its file holds it: rows, read without any code of the product.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export type EventRow = {
  position: number;
  run_id: string | null;
  seq: number;
  attempt: number | null;
  type: string;
  at: number;
  recorded_at: number;
  n: number | null;
  journal_end: number | null;
  journal_crc: string | null;
  /** JSON text. */
  data: string;
};

export type RunRow = {
  run_id: string;
  subject_id: string;
  status: string;
  passed: number | null;
  ended_at: number | null;
  seq: number;
  state: string;
};

export type AttemptRow = {
  run_id: string;
  attempt: number;
  claim_id: string;
  worker: string;
  orphaned_at: number | null;
  outcome: string | null;
};

export type CountRow = { scope: string; status: string; verdict: string; runs: number };

export type Rows = {
  events: EventRow[];
  runs: RunRow[];
  attempts: AttemptRow[];
  counts: CountRow[];
  tombstones: Set<string>;
};

/** Every row that the check needs; no rows if there is no ledger. */
export function readRows(home: string): Rows {
  const path = join(home, "ledger.sqlite");
  if (!existsSync(path)) return { events: [], runs: [], attempts: [], counts: [], tombstones: new Set() };
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  const all = <T>(sql: string): T[] => database.prepare(sql).all() as T[];
  try {
    const isMade = all<{ n: number }>("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'events'")[0]?.n === 1;
    if (!isMade) return { events: [], runs: [], attempts: [], counts: [], tombstones: new Set() };
    return {
      events: all("SELECT * FROM events ORDER BY position"),
      runs: all("SELECT run_id, subject_id, status, passed, ended_at, seq, state FROM runs ORDER BY run_id"),
      attempts: all("SELECT * FROM attempts ORDER BY run_id, attempt"),
      counts: all("SELECT * FROM counts WHERE runs <> 0"),
      tombstones: new Set(all<{ run_id: string }>("SELECT run_id FROM tombstones").map((row) => row.run_id)),
    };
  } finally {
    database.close();
  }
}

/** The events of each run, in order. */
export function eventsByRun({ events }: Rows): Map<string, EventRow[]> {
  const byRun = new Map<string, EventRow[]>();
  for (const event of events) {
    if (event.run_id === null) continue;
    const known = byRun.get(event.run_id);
    if (known === undefined) byRun.set(event.run_id, [event]);
    else known.push(event);
  }
  return byRun;
}
