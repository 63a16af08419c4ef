// What an operation that writes works with, whatever the database: the runs as they stand in its transaction, and where
// to put rows. The operations beside this file are the same for every database, and so are their events and hashes.

import type { LedgerEvent } from "../core/events.ts";
import type { LimitUse } from "../core/queue-view.ts";
import type { Run } from "../core/run.ts";
import type { JournalCursor } from "../protocol/journal.ts";
import type { AttemptRow } from "./attempt-row.ts";
import type { EventRow } from "./event-row.ts";
import type { LogStream } from "./log-stream.ts";
import type { TokenRow } from "./token-row.ts";

/** A run as the ledger works with it: the fold, with what its next append needs. */
export type FoldedRun = {
  run: Run;
  /** JSON text of the fold, as the projection has it. */
  state: string;
  /** Position of the run's first event. */
  created: number;
  /** The last hash link. */
  link: string;
};

/** Where a run lies among all, and the last link of its chain. */
export type RunPlace = Pick<FoldedRun, "created" | "link">;

/** Reads and writes of one transaction; what was written in it is what is read. */
export interface WriteTransaction {
  /** The ledger's clock in Unix milliseconds; it never goes back, whatever the machine's does. */
  nowMs(): number;
  /** Takes the next position, for an event recorded at `nowMs`. */
  nextPosition(nowMs: number): number;

  /** The run as it stands in this transaction, or null. @throws RunledgerError `run.deleted` */
  run(runId: string): FoldedRun | null;
  /** True for a run that is here, and for one that was deleted. */
  isTaken(runId: string): boolean;
  /** Where the journal of an attempt stands. */
  journalCursor(runId: string, attempt: number): JournalCursor;
  /** The crc under which a record was taken; null if it left no event of its own. */
  recordCrc(runId: string, attempt: number, n: number): string | null;
  /** The claim under which an attempt is, or was last, supervised; null if there is no such attempt. */
  claimIdOf(runId: string, attempt: number): string | null;
  /** The first of these keys whose limit has no free slot, or null. */
  limitInTheWay(keys: string[]): LimitUse | null;
  /** Whether a worker, by whose silence an attempt is to end, is not silent; false where all share one host. */
  isHeardOf(worker: string): boolean;
  /** Bytes that a stream had as far as they came here. */
  logSize(of: LogStream): number;

  insertEvent(row: EventRow): void;
  /** Both return the JSON text of the fold as stored. */
  insertRun(run: Run, place: RunPlace): string;
  saveRun(before: Run, run: Run, place: RunPlace): string;
  saveAttempt(row: AttemptRow): void;
  insertToken(row: TokenRow): void;
  /** Moves a run in counts, tallies, sums of agents and slots from what it was (null: it is new) to what it is (null: it was deleted). */
  moveRun(before: Run | null, after: Run | null): void;
  /** The run as the members after this one find it. */
  keep(folded: FoldedRun): void;
  /** Takes away what is kept of a run and puts its tombstone there. */
  deleteRun(folded: FoldedRun, nowMs: number): void;
  /** Brings up to date what is folded from an event of the ledger itself. */
  foldLedgerEvent(event: LedgerEvent): void;
  insertLog(of: LogStream, start: number, bytes: Uint8Array): void;
  /** Takes away whole chunks between two offsets. */
  trimLog(of: LogStream, from: number, to: number): void;
}
