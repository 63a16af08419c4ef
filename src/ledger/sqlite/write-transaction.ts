// What a member of a group commit works with: the writing connection inside BEGIN IMMEDIATE, the ledger's clock, the
// next position, and the folds of the runs that were written last. Rows are written as they come.

import type { DatabaseSync } from "node:sqlite";
import type { LedgerEvent } from "../../core/events.ts";
import type { LimitUse } from "../../core/queue-view.ts";
import type { Run } from "../../core/run.ts";
import type { JournalCursor } from "../../protocol/journal.ts";
import type { AttemptRow } from "../attempt-row.ts";
import type { EventRow } from "../event-row.ts";
import type { LogStream } from "../log-stream.ts";
import type { TokenRow } from "../token-row.ts";
import type { FoldedRun, RunPlace, WriteTransaction } from "../write-transaction.ts";
import { claimIdOf } from "./claim-id-of.ts";
import { deleteRun } from "./delete-run.ts";
import { foldLedgerEvent } from "./fold-ledger-event.ts";
import { FoldedRuns, isDeleted, readRun, refuseDeleted } from "./folded-run.ts";
import { insertEvent } from "./insert-event.ts";
import { insertRun } from "./insert-run.ts";
import { journalCursor, recordCrc } from "./journal-cursor.ts";
import { moveAgentTally } from "./move-agent-tally.ts";
import { moveCount } from "./move-count.ts";
import { moveTally } from "./move-tally.ts";
import { insertLog, trimLog } from "./put-log.ts";
import { logSize } from "./read-log.ts";
import { saveAttempt } from "./save-attempt.ts";
import { saveRun } from "./save-run.ts";
import { limitInTheWay, moveSlots } from "./slots.ts";
import { statement } from "./statement.ts";
import { insertToken } from "./tokens.ts";

export class SqliteTransaction implements WriteTransaction {
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

  nowMs(): number {
    return Math.max(this.#clock(), this.#recordedAtMs);
  }

  nextPosition(nowMs: number): number {
    this.#recordedAtMs = nowMs;
    this.#position += 1;
    return this.#position;
  }

  run(runId: string): FoldedRun | null {
    const kept = this.#folds.get(runId);
    if (kept !== undefined) return kept;
    const folded = readRun(this.db, runId);
    if (folded === null) refuseDeleted(this.db, runId);
    else this.#folds.keep(folded);
    return folded;
  }

  isTaken(runId: string): boolean {
    return readRun(this.db, runId) !== null || isDeleted(this.db, runId);
  }

  journalCursor(runId: string, attempt: number): JournalCursor {
    return this.#folds.cursor(runId, attempt) ?? journalCursor(this.db, runId, attempt);
  }

  recordCrc(runId: string, attempt: number, n: number): string | null {
    return recordCrc(this.db, runId, attempt, n);
  }

  claimIdOf(runId: string, attempt: number): string | null {
    return claimIdOf(this.db, runId, attempt);
  }

  limitInTheWay(keys: string[]): LimitUse | null {
    return limitInTheWay(this.db, keys);
  }

  isHeardOf(): boolean {
    return false;
  }

  logSize(of: LogStream): number {
    return logSize(this.db, of);
  }

  insertEvent(row: EventRow): void {
    insertEvent(this.db, row);
    const { run_id, attempt, n, journal_end: offset, journal_crc: crc } = row;
    if (run_id === null || attempt === null || n === null || offset === null || crc === null) return;
    this.#touched.add(run_id);
    this.#folds.keepCursor(run_id, { attempt, cursor: { n, offset, crc } });
  }

  insertRun(run: Run, place: RunPlace): string {
    return insertRun(this.db, run, place);
  }

  saveRun(before: Run, run: Run, place: RunPlace): string {
    return saveRun(this.db, before, run, place);
  }

  saveAttempt(row: AttemptRow): void {
    saveAttempt(this.db, row);
  }

  insertToken(row: TokenRow): void {
    insertToken(this.db, row);
  }

  moveRun(before: Run | null, after: Run | null): void {
    moveCount(this.db, before, after);
    moveTally(this.db, before, after);
    moveAgentTally(this.db, before, after);
    moveSlots(this.db, before, after);
  }

  keep(folded: FoldedRun): void {
    this.#touched.add(folded.run.id);
    this.#folds.keep(folded);
  }

  deleteRun({ run, created }: FoldedRun, nowMs: number): void {
    deleteRun(this.db, { run, created, nowMs });
    this.moveRun(run, null);
    this.#touched.add(run.id);
    this.#folds.forget(run.id);
  }

  foldLedgerEvent(event: LedgerEvent): void {
    foldLedgerEvent(this.db, event);
  }

  insertLog(of: LogStream, start: number, bytes: Uint8Array): void {
    insertLog(this.db, of, start, bytes);
  }

  trimLog(of: LogStream, from: number, to: number): void {
    trimLog(this.db, of, from, to);
  }

  #readHead(): void {
    const sql = "SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1";
    const head = statement(this.db, sql).get() as { position: number; recorded_at: number } | undefined;
    this.#position = head?.position ?? 0;
    this.#recordedAtMs = head?.recorded_at ?? 0;
  }
}
