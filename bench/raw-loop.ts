// The reference for the ledger's speed: a bare node:sqlite loop that inserts the same rows into the same tables with the
// same commit sizes, and does nothing else.

import type { DatabaseSync } from "node:sqlite";
import { type EventRow, eventColumns } from "../src/ledger/event-row.ts";

/** What one commit of the ledger wrote: its event rows, and the row of its run after them. */
export type WrittenCommit = { rows: EventRow[]; run: { created: number; seq: number; link: string; state: string } };

/** Writes the commits again, each in one transaction. Returns the milliseconds that this took. */
export function rawLoop(db: DatabaseSync, commits: readonly WrittenCommit[]): number {
  const places = eventColumns.replaceAll(/\w+/g, "?");
  const insert = db.prepare(`INSERT INTO events (${eventColumns}) VALUES (${places})`);
  const update = db.prepare("UPDATE runs SET seq = ?, link = ?, state = ? WHERE created = ?");
  const startMs = performance.now();
  for (const { rows, run } of commits) {
    db.exec("BEGIN IMMEDIATE");
    for (const row of rows) {
      insert.run(
        row.position,
        row.run_id,
        row.seq,
        row.attempt,
        row.v,
        row.type,
        row.at,
        row.recorded_at,
        row.actor,
        row.n,
        row.journal_end,
        row.journal_crc,
        row.link,
        row.data,
      );
    }
    update.run(run.seq, run.link, run.state, run.created);
    db.exec("COMMIT");
  }
  return performance.now() - startMs;
}
