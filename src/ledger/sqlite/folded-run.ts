// A run as the ledger works with it: the fold, with what its next append needs. Read from the projection, and kept in
// a small cache as long as no other connection has written.

import type { DatabaseSync } from "node:sqlite";
import { RunledgerError } from "../../core/errors.ts";
import type { Run } from "../../core/run.ts";
import type { JournalCursor } from "../../protocol/journal.ts";
import { journalCursor } from "./journal-cursor.ts";
import { statement } from "./statement.ts";

export type FoldedRun = {
  run: Run;
  /** JSON text of the fold, as the projection has it. */
  state: string;
  /** Position of the run's first event. */
  created: number;
  /** The last hash link. */
  link: string;
  /** Where the journal of this attempt stands; null until somebody asked. */
  journal: { attempt: number; cursor: JournalCursor } | null;
};

const foldedRunsMax = 64;

/** The runs that were written last, by id. Valid only within a transaction that has seen to `clear`. */
export class FoldedRuns {
  readonly #runs = new Map<string, FoldedRun>();

  get(runId: string): FoldedRun | undefined {
    return this.#runs.get(runId);
  }

  keep(folded: FoldedRun): void {
    this.#runs.delete(folded.run.id);
    this.#runs.set(folded.run.id, folded);
    if (this.#runs.size <= foldedRunsMax) return;
    for (const oldest of this.#runs.keys()) {
      this.#runs.delete(oldest);
      return;
    }
  }

  forget(runId: string): void {
    this.#runs.delete(runId);
  }

  clear(): void {
    this.#runs.clear();
  }
}

/** The run out of the projection, or null. */
export function readRun(db: DatabaseSync, runId: string): FoldedRun | null {
  const row = statement(db, "SELECT created, link, state FROM runs WHERE run_id = ?").get(runId) as
    | { created: number; link: string; state: string }
    | undefined;
  return row === undefined ? null : { ...row, run: JSON.parse(row.state) as Run, journal: null };
}

/** Whether the run was deleted. */
export function isDeleted(db: DatabaseSync, runId: string): boolean {
  return statement(db, "SELECT 1 FROM tombstones WHERE run_id = ?").get(runId) !== undefined;
}

/** @throws RunledgerError `run.deleted` if its tombstone stands here. */
export function refuseDeleted(db: DatabaseSync, runId: string): void {
  if (isDeleted(db, runId)) throw new RunledgerError("run.deleted", `run ${runId} was deleted`, { data: { runId } });
}

/** Where the journal of an attempt stands, remembered with the run. */
export function cursorOf(db: DatabaseSync, folded: FoldedRun, attempt: number): JournalCursor {
  if (folded.journal?.attempt === attempt) return folded.journal.cursor;
  return journalCursor(db, folded.run.id, attempt);
}
