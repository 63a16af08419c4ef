// What a group of writes has to know before it can be decided, read in one go under the locks of its runs.

import type { JournalCursor } from "../../protocol/journal.ts";
import type { LogStream } from "../log-stream.ts";
import type { FoldedRun } from "../write-transaction.ts";

export type LimitSlots = {
  max: number;
  used: number;
  /** Slots that this transaction has locked and may take. */
  free: number[];
};

export type Facts = {
  /** The transaction's id. */
  xid: string;
  /** The ledger's clock: the database's, and never before the newest event. */
  nowMs: number;
  /** First positions of steps of the sequence. */
  positions: number[];
  runs: Map<string, FoldedRun>;
  deleted: Set<string>;
  cursors: Map<string, JournalCursor>;
  claimIds: Map<string, string>;
  crcs: Map<string, string>;
  logSizes: Map<string, number>;
  limits: Map<string, LimitSlots>;
  /** Of the workers whose attempts are to end by their silence, those that have been heard of. */
  heard: Set<string>;
};

/** An attempt, and the numbers of the records that came for it. */
export type AskedAttempt = { run_id: string; attempt: number; first: number; last: number };

/** What a group's members will ask for. */
export type Needs = {
  runIds: Set<string>;
  attempts: AskedAttempt[];
  streams: LogStream[];
  /** Runs of which an attempt is to end by its worker's silence. */
  silent: string[];
  /** The most events that the group appends. */
  events: number;
  lock: LedgerLock;
};

/**
 * What others may do meanwhile: write; write, but enter no worker in the list and strike none; or nothing, since limits
 * are set, or folds made, anew.
 */
export type LedgerLock = "shared" | "listing" | "alone";

export function attemptKey(runId: string, attempt: number): string {
  return `${runId}/${attempt}`;
}

export function recordKey(runId: string, attempt: number, n: number): string {
  return `${runId}/${attempt}/${n}`;
}

export function streamKey({ runId, attempt, stream }: LogStream): string {
  return `${runId}/${attempt}/${stream}`;
}
