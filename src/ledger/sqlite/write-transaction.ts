// What a member of a group commit works with: the writing connection inside BEGIN IMMEDIATE, the ledger's clock, the
// next position, and the folds of the runs that were written last.

import type { DatabaseSync } from "node:sqlite";
import { RunledgerError } from "../../core/errors.ts";
import { type FoldedRun, FoldedRuns, readRun, refuseDeleted } from "./folded-run.ts";
import { statement } from "./statement.ts";

export class WriteTransaction {
  readonly db: DatabaseSync;
  readonly #clock: () => number;
  readonly #folds = new FoldedRuns();
  readonly #touched = new Set<string>();
  #position = 0;
  #recordedAtMs = 0;
  #dataVersion = -1;

  constructor(db: DatabaseSync, clock: () => number) {
    this.db = db;
    this.#clock = clock;
  }

  /** To be called right after BEGIN IMMEDIATE. Returns whether another connection has written since the last time. */
  begin(): boolean {
    const { data_version } = statement(this.db, "PRAGMA data_version").get() as { data_version: number };
    const hasOtherWriter = data_version !== this.#dataVersion;
    if (hasOtherWriter) {
      const isFirst = this.#dataVersion === -1;
      this.#dataVersion = data_version;
      this.#folds.clear();
      this.#readHead();
      return !isFirst;
    }
    return false;
  }

  /** Forgets what a rolled back transaction may have left here. */
  reset(): void {
    this.#folds.clear();
    this.#touched.clear();
    this.#dataVersion = -1;
  }

  /** A place to come back to if the member that begins here is rolled back. */
  beginMember(): { position: number; recordedAtMs: number } {
    this.#touched.clear();
    return { position: this.#position, recordedAtMs: this.#recordedAtMs };
  }

  rollBackMember(place: { position: number; recordedAtMs: number }): void {
    for (const runId of this.#touched) this.#folds.forget(runId);
    this.#position = place.position;
    this.#recordedAtMs = place.recordedAtMs;
  }

  /** The ledger's clock in Unix milliseconds; it never goes back, whatever the machine's does. */
  nowMs(): number {
    return Math.max(this.#clock(), this.#recordedAtMs);
  }

  /** Takes the next position, for an event recorded at `nowMs`. */
  nextPosition(nowMs: number): number {
    this.#recordedAtMs = nowMs;
    this.#position += 1;
    return this.#position;
  }

  /** The run as it stands in this transaction, or null. @throws RunledgerError `run.deleted` */
  run(runId: string): FoldedRun | null {
    const kept = this.#folds.get(runId);
    if (kept !== undefined) return kept;
    const folded = readRun(this.db, runId);
    if (folded === null) refuseDeleted(this.db, runId);
    else this.#folds.keep(folded);
    return folded;
  }

  /** The run, which has to exist. @throws RunledgerError `run.not-found`, `run.deleted` */
  existingRun(runId: string): FoldedRun {
    const folded = this.run(runId);
    if (folded === null) throw new RunledgerError("run.not-found", `no run has the id ${runId}`, { data: { runId } });
    return folded;
  }

  keep(folded: FoldedRun): void {
    this.#touched.add(folded.run.id);
    this.#folds.keep(folded);
  }

  forget(runId: string): void {
    this.#touched.add(runId);
    this.#folds.forget(runId);
  }

  #readHead(): void {
    const sql = "SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1";
    const head = statement(this.db, sql).get() as { position: number; recorded_at: number } | undefined;
    this.#position = head?.position ?? 0;
    this.#recordedAtMs = head?.recorded_at ?? 0;
  }
}
