// The ledger's port: everything that the rest of the system may ask of it. Two databases stand behind it, and one
// contract suite (ledger.contract.ts) says what every operation means. No caller knows which database it is.

import type { Ending } from "../core/conclude-attempt.ts";
import type { Claim, RunCommand } from "../core/decide.ts";
import type { LedgerEvent, NewEvent, Place } from "../core/events.ts";
import type { Experiment } from "../core/experiment.ts";
import type { RunKind } from "../core/limits.ts";
import type { RunStatus } from "../core/moves.ts";
import type { ExperimentPlan } from "../core/plan-experiment.ts";
import type { Abilities, LimitUse, WorkerEntry } from "../core/queue-view.ts";
import type { Run } from "../core/run.ts";
import type { JournalCursor } from "../protocol/journal.ts";
import type { DatabaseState } from "./database-state.ts";
import type { EventRow } from "./event-row.ts";
import type { ImportedEvent } from "./imported-event.ts";
import type { LedgerAccess } from "./ledger-access.ts";
import type { LogStream } from "./log-stream.ts";

export type { Abilities, LimitUse, WorkerEntry } from "../core/queue-view.ts";
export type { EventRow } from "./event-row.ts";
export type { ImportedEvent } from "./imported-event.ts";

/** A place in the stream of all events: opaque, and of one ledger epoch only. */
export type Cursor = string;

/** What a command did: the run after it and the events that it appended (none if it was accepted as it stood). */
export type Executed = { run: Run; events: LedgerEvent[] };

/** One journal record on its way into the ledger; `dataText` is stored as it is. */
export type IncomingRecord = { n: number; at: string; type: string; dataText: string; end: number; crc: string };

export type JournalBatch = {
  runId: string;
  attempt: number;
  /** The claim under which the writer supervises; another's is refused with `run.claim-lost`. */
  claimId: string;
  actor: string;
  /** Records in order; those that the ledger has already are skipped, a gap is an error. */
  records: IncomingRecord[];
};

export type Ingested = {
  run: Run;
  /** Records taken by this call. */
  taken: number;
  /** Records that came after the attempt's end; counted in attempt.late, and nothing else. */
  late: number;
  cursor: JournalCursor;
};

export type Conclusion = {
  runId: string;
  attempt: number;
  claimId: string;
  actor: string;
  ending: Ending;
  /** The finish record's place in the journal, if there is one: it is taken with the ending. */
  finishCursor: JournalCursor | null;
};

/** An attempt without an ending, as settling and supervision need it. */
export type LiveAttempt = {
  runId: string;
  attempt: number;
  claimId: string;
  worker: string;
  place: Host;
  status: RunStatus;
  orphanedAt: string | null;
  cursor: JournalCursor;
};

/** Who supervises an attempt without an ending, and where: only at its own place a process can be looked at. */
export type Supervisor = { worker: string; place: Host };

/** A place without the folder of the attempt's files, which its run alone tells. */
type Host = Omit<Place, "home">;

export type RunFilter = {
  statuses?: RunStatus[];
  kind?: RunKind;
  subject?: string;
  /** Beginning of the subject's id. */
  subjectPrefix?: string;
  agent?: string;
  passed?: boolean;
  experimentId?: string;
  label?: { key: string; value: string };
  /** Runs queued at or after / before this time, Unix milliseconds. */
  sinceMs?: number;
  untilMs?: number;
};

export type RunPage = {
  runs: Run[];
  /** For the next page, or null at the end. A page may come back short with a token. */
  nextToken: string | null;
};

export type ListOptions = { pageSize?: number; pageToken?: string | null; order?: "newest" | "oldest" };

/** How many runs there are, by status and verdict (`passed` null: there is none). */
export type RunCount = { status: RunStatus; passed: boolean | null; runs: number };

/** Events in commit order, the cursor after each of them, and the one to go on from: the last, or the one asked with. */
export type EventPage = { events: LedgerEvent[]; cursors: Cursor[]; cursor: Cursor };

/** A difference that verification found. */
export type Finding = {
  runId: string | null;
  position: number | null;
  kind:
    | "sequence"
    | "hash-link"
    | "projection"
    | "attempt"
    | "count"
    | "blob"
    | "journal"
    | "session-file"
    | "receipt"
    | "late-event"
    | "unreadable";
  detail: string;
};

export type LogChunk = {
  runId: string;
  attempt: number;
  stream: "stdout" | "stderr";
  /** Byte offset of the chunk in the stream; the same offset again changes nothing. */
  offset: number;
  bytes: Uint8Array;
};

/** A lock that dies with the process that holds it. */
export type ProcessLock = { readonly id: string; release(): Promise<void> };

export interface Ledger extends LedgerAccess, AsyncDisposable {
  /** For people: the path or URL, without password. */
  readonly url: string;
  /** Identity of this ledger; a copy gets a new one. */
  readonly ledgerId: string;
  /** Folder of attempt folders (`runs/`), locks and bell. */
  readonly home: string;
  /** How long another host's worker may be silent before its runs are taken over, milliseconds; null on one host. */
  readonly takeoverAfterMs: number | null;
  /** Notices for the operator: a stopped lock holder that was killed, a migration that was done. */
  readonly notices: readonly string[];

  /**
   * Decides a command on the run's present state and appends its events, in one transaction. A claim for which a limit
   * has no room is refused with `run.no-slot`; where a queue, resume or retry brings its claim along, the run is left in
   * the queue instead.
   * @throws RunledgerError with the refusal's code; nothing is written then.
   */
  execute(runId: string, command: RunCommand, actor: string): Promise<Executed>;
  /** Several commands in one transaction: all or none. */
  executeAll(commands: { runId: string; command: RunCommand }[], actor: string): Promise<Executed[]>;
  /**
   * Claims the next queued run by priority and age among those that `can` allows and for which every limit on its keys
   * has room, or null.
   */
  claim(claim: Claim, can: Abilities): Promise<Executed | null>;
  /**
   * Takes journal records exactly once: events, fold and cursor in one transaction. Keep a batch below
   * `systemLimits.groupEventsMax` records: it holds the ledger's lock as a whole.
   * @throws RunledgerError `run.claim-lost`; `journal.corrupt` for a gap, a changed record, a type that no journal may
   * hold (the finish record of a live attempt among them: it goes into `conclude`) or data that is not of its type.
   */
  ingest(batch: JournalBatch): Promise<Ingested>;
  /**
   * Ends an attempt and says what it means for the run. A second ending is refused with `run.claim-lost`; so is one by
   * silence (the fact `silent`) if the worker has been heard of again.
   */
  conclude(conclusion: Conclusion): Promise<Executed>;
  /** Appends an event of the ledger itself (no run), and brings up to date what is folded from it. */
  record(event: NewEvent, actor: string): Promise<LedgerEvent>;
  /**
   * Plans an experiment: its event and all its runs, queued, in one transaction. The runs get ids of their own; they are
   * listed by the experiment's, the first to be done first.
   */
  planExperiment(plan: ExperimentPlan, actor: string): Promise<Experiment>;
  /** The plan and what its runs add up to by now, or null; costs the same however many runs there are. */
  getExperiment(experimentId: string): Promise<Experiment | null>;
  /** Ids of experiments that end with these hex digits, newest first, at most `limit`. */
  findExperiments(tail: string, limit: number): Promise<string[]>;
  /**
   * Takes a run from elsewhere, events as they are, marked imported; a known run is left alone.
   * @returns whether it was new.
   */
  importRun(runId: string, events: ImportedEvent[]): Promise<boolean>;
  /**
   * Takes a run as another ledger has it, or what is new of it there: the same events in the same appends, so that it
   * keeps its hash links and folds to the same state. Nothing is taken unless every append comes to its link.
   * @returns whether there was anything new.
   * @throws RunledgerError `run.differs` if it goes on from other events here, or has not ended here or there;
   * `run.deleted`
   */
  copyRun(runId: string, rows: EventRow[]): Promise<boolean>;
  /** Takes the event of an experiment that is not here, as another ledger has it. */
  copyPlan(row: EventRow): Promise<void>;

  /** @throws RunledgerError `run.deleted` for a run that was here once. */
  getRun(runId: string): Promise<Run | null>;
  /** Ids that end with these hex digits, newest first, at most `limit`. */
  findRuns(tail: string, limit: number): Promise<string[]>;
  /** The id of the run `back` places before the newest, or null. */
  newestRun(back: number): Promise<string | null>;
  /** True if the run was deleted; its id stays taken. */
  isDeleted(runId: string): Promise<boolean>;
  listRuns(filter: RunFilter, options: ListOptions): Promise<RunPage>;
  /** Counts of all runs, or of one subject's. */
  countRuns(subject?: string): Promise<RunCount[]>;
  /** Counts what a filter finds among the newest, as many as one list may look at; not whole: there may be more of each. */
  countFound(filter: RunFilter): Promise<{ counts: RunCount[]; isWhole: boolean }>;
  /** Attempts without an ending; of one worker or of all. One indexed query. */
  liveAttempts(worker?: string): Promise<LiveAttempt[]>;
  /** Workers that supervise attempts without an ending, each once: whose locks have to be looked at. */
  supervisors(): Promise<Supervisor[]>;
  /** Queued runs over their queue limit, at most `limit`: whoever finds them says so with the command `expire`. */
  overdueRuns(limit: number): Promise<string[]>;
  /**
   * Says that the worker lives, where other hosts cannot look at it; resolves once the ledger has it. Does nothing where
   * all share one host.
   */
  renew(worker: string): Promise<void>;
  /**
   * Of the supervisors and the listed workers those that have not said for `takeoverAfterMs`, by the ledger's clock, that
   * they live, as far as this process has had the ledger for long enough to judge. None where all share one host.
   */
  silentWorkers(): Promise<string[]>;
  /** Limits over all workers with what is used of them, by key. */
  listLimits(): Promise<LimitUse[]>;
  /** Workers that take runs from the queue and have not said, nor been said, to be gone; oldest first. */
  listWorkers(): Promise<WorkerEntry[]>;
  journalCursor(runId: string, attempt: number): Promise<JournalCursor>;
  /** Events of one run after `afterSeq`, in order, at most `limit`. @throws RunledgerError `run.deleted` */
  readEvents(runId: string, afterSeq: number, limit: number): Promise<LedgerEvent[]>;
  /** The same as they are stored, with their links: for a copy. */
  readRows(runId: string, afterSeq: number, limit: number): Promise<EventRow[]>;
  /** The event that planned an experiment, as it is stored, or null. */
  planRow(experimentId: string): Promise<EventRow | null>;
  /**
   * The hash link with which the append that ended with the run's event `seq` was closed; null if none ended there.
   * It is as it was stored; whether it belongs to the events is for `verify` to say.
   */
  linkAt(runId: string, seq: number): Promise<string | null>;
  /**
   * Events of the whole ledger after a cursor (null: from the beginning), in commit order. Of a deleted run only its
   * run.deleted is left.
   * @throws RunledgerError `cursor.reset` if the cursor is of another epoch or ahead of the ledger.
   */
  readAll(after: Cursor | null, limit: number): Promise<EventPage>;
  /** The cursor after the newest event. */
  headCursor(): Promise<Cursor>;
  /** A number that grows with every sign that the ledger has changed, in whatever process. Take it before you read. */
  changeMark(): number;
  /**
   * Resolves with true once there was a sign of a change after the mark `since`, at once if there was one already, so
   * that nothing is missed between a read and the wait after it; with false after `timeoutMs` or when the signal
   * aborts. Without `since`, the mark at which the last such wait on this object returned counts, which is right for an
   * object with one waiter. A hint to read, never the news itself.
   */
  waitForChange(options: { timeoutMs: number; signal?: AbortSignal; since?: number }): Promise<boolean>;

  /** Keeps bytes once, by content. @returns `sha256:` and 64 hex digits. */
  putBlob(bytes: Uint8Array): Promise<string>;
  getBlob(digest: string): Promise<Uint8Array | null>;
  putLog(chunks: LogChunk[]): Promise<void>;
  /** Bytes of a stream from an offset, at most `limit`; empty at the end, and within what was cut out (`logCut`). */
  readLog(of: LogStream & { offset: number; limit: number }): Promise<Uint8Array>;
  /** Bytes that the stream had as far as they came here, those cut out included: where the next chunk goes on. */
  logSize(of: LogStream): Promise<number>;
  /** Of a long stream the first and the last 8 MiB are kept: the offsets between which bytes are gone, or null. */
  logCut(of: LogStream): Promise<{ from: number; to: number } | null>;

  /** Takes a lock that dies with this process, under an id that is never used again. */
  holdLock(id: string): Promise<ProcessLock>;
  /** Whether nobody holds the lock: its process is gone. */
  isLockFree(id: string): Promise<boolean>;
  /** Removes what a free lock has left; where hosts share the ledger, not while a live attempt names it. It stays free. */
  forgetLock(id: string): Promise<void>;

  /**
   * To be asked before what is missing below `home` is taken for gone, and again after the look.
   * @throws RunledgerError `ledger.moved` where the paths lead to no files, or to others than when it was opened
   */
  refuseMoved(): void;

  /** The database itself: how safe an answer is, and how far the stream of all events is behind. */
  databaseState(): Promise<DatabaseState>;
  /** Re-folds runs and checks sequence, links, projections, counts and blobs. Yields what differs. */
  verify(options?: { runIds?: string[] }): AsyncIterable<Finding>;
  /** Makes all projections anew from the events; returns the number of runs. */
  rebuild(): Promise<{ runs: number }>;
  close(): Promise<void>;
}
