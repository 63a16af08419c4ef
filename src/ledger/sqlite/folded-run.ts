// Runs as the ledger works with them, read from the projection and kept in a small cache as long as no other connection
// has written.

import type { DatabaseSync } from "node:sqlite";
import { RunledgerError } from "../../core/errors.ts";
import type { Run } from "../../core/run.ts";
import type { JournalCursor } from "../../protocol/journal.ts";
import type { FoldedRun } from "../write-transaction.ts";
import { statement } from "./statement.ts";

const foldedRunsMax = 64;

type AttemptCursor = { attempt: number; cursor: JournalCursor };

/** The runs that were written last, by id, and where their journals stand. Valid only within a transaction that has seen to `clear`. */
export class FoldedRuns {
  readonly #runs = new Map<string, FoldedRun>();
  readonly #cursors = new Map<string, AttemptCursor>();

  get(runId: string): FoldedRun | undefined {
    return this.#runs.get(runId);
  }

  keep(folded: FoldedRun): void {
    this.#runs.delete(folded.run.id);
    this.#runs.set(folded.run.id, folded);
    if (this.#runs.size <= foldedRunsMax) return;
    for (const oldest of this.#runs.keys()) {
      this.forget(oldest);
      return;
    }
  }

  /** Where the journal of an attempt stands, if it is known. */
  cursor(runId: string, attempt: number): JournalCursor | null {
    const kept = this.#cursors.get(runId);
    return kept?.attempt === attempt ? kept.cursor : null;
  }

  /** Of a run the cursor is kept that moved last. */
  keepCursor(runId: string, cursor: AttemptCursor): void {
    this.#cursors.set(runId, cursor);
  }

  forget(runId: string): void {
    this.#runs.delete(runId);
    this.#cursors.delete(runId);
  }

  clear(): void {
    this.#runs.clear();
    this.#cursors.clear();
  }
}

/** The run out of the projection, or null. */
export function readRun(db: DatabaseSync, runId: string): FoldedRun | null {
  const row = statement(db, "SELECT created, link, state FROM runs WHERE run_id = ?").get(runId) as
    | { created: number; link: string; state: string }
    | undefined;
  return row === undefined ? null : { ...row, run: JSON.parse(row.state) as Run };
}

/** Whether the run was deleted. */
export function isDeleted(db: DatabaseSync, runId: string): boolean {
  return statement(db, "SELECT 1 FROM tombstones WHERE run_id = ?").get(runId) !== undefined;
}

/** @throws RunledgerError `run.deleted` if its tombstone stands here. */
export function refuseDeleted(db: DatabaseSync, runId: string): void {
  if (isDeleted(db, runId)) throw new RunledgerError("run.deleted", `run ${runId} was deleted`, { data: { runId } });
}
