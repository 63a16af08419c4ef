// The ledger on SQLite: the port's operations, as requests to the thread that does the SQLite work. Runs and events
// come back as texts and rows and are parsed here.

import type { Claim, RunCommand } from "../../core/decide.ts";
import { RunledgerError } from "../../core/errors.ts";
import type { LedgerEvent, NewEvent } from "../../core/events.ts";
import type { Experiment } from "../../core/experiment.ts";
import type { ExperimentPlan } from "../../core/plan-experiment.ts";
import type { Abilities, LimitUse, WorkerEntry } from "../../core/queue-view.ts";
import type { Run } from "../../core/run.ts";
import { systemLimits } from "../../core/system-limits.ts";
import type { JournalCursor } from "../../protocol/journal.ts";
import type { ChangeSignal } from "../change-signal.ts";
import { type EventRow, eventOfRow } from "../event-row.ts";
import { executed } from "../executed.ts";
import type {
  Conclusion,
  Cursor,
  EventPage,
  Executed,
  Finding,
  ImportedEvent,
  Ingested,
  JournalBatch,
  Ledger,
  ListOptions,
  LiveAttempt,
  LogChunk,
  ProcessLock,
  RunFilter,
  RunPage,
  Supervisor,
} from "../ledger.ts";
import type { LedgerAccess } from "../ledger-access.ts";
import type { LogStream } from "../log-stream.ts";
import { markFiles } from "../moved-files.ts";
import { createdOfToken, tokenOfCreated } from "../page-token.ts";
import { readBlob, writeBlob } from "./blob-files.ts";
import { cursorAt, positionOf } from "./cursor.ts";
import { databaseState } from "./database-state.ts";
import type { LedgerFiles } from "./ledger-files.ts";
import { ProcessLocks } from "./process-locks.ts";
import type { ThreadClient } from "./thread-client.ts";
import { verifyLedger } from "./verify-ledger.ts";

const pageSizeDefault = 50;

/** What is about runs; `accessOperations` has the rest. */
export class SqliteLedger implements Omit<Ledger, keyof LedgerAccess> {
  readonly url: string;
  readonly ledgerId: string;
  readonly home: string;
  readonly notices: readonly string[];
  readonly takeoverAfterMs = null;
  readonly databaseState = databaseState;
  readonly refuseMoved: () => void;
  readonly #files: LedgerFiles;
  readonly #client: ThreadClient;
  readonly #signal: ChangeSignal;
  readonly #epoch: string;
  readonly #locks: ProcessLocks;
  #returnedAt = 0;

  constructor(of: {
    files: LedgerFiles;
    client: ThreadClient;
    signal: ChangeSignal;
    ledgerId: string;
    epoch: string;
    notices: string[];
  }) {
    this.url = of.files.database;
    this.home = of.files.home;
    this.ledgerId = of.ledgerId;
    this.notices = of.notices;
    this.#files = of.files;
    this.refuseMoved = markFiles([of.files.locks, of.files.database]);
    this.#locks = new ProcessLocks(of.files.locks, this.refuseMoved);
    this.#client = of.client;
    this.#signal = of.signal;
    this.#epoch = of.epoch;
  }

  async execute(runId: string, command: RunCommand, actor: string): Promise<Executed> {
    return executed(await this.#client.call("execute", { runId, command, actor }));
  }

  async executeAll(commands: { runId: string; command: RunCommand }[], actor: string): Promise<Executed[]> {
    return (await this.#client.call("executeAll", { commands, actor })).map(executed);
  }

  async claim(by: Claim, can: Abilities): Promise<Executed | null> {
    // A look first: a queue with nothing to take costs no lock.
    const next = await this.#client.call("nextInQueue", { can, nowMs: Date.now() });
    const text = next === null ? null : await this.#client.call("claim", { by, can });
    return text === null ? null : executed(text);
  }

  async ingest(batch: JournalBatch): Promise<Ingested> {
    // Parsed data stays here: copying it to the thread would cost more than parsing its text there.
    const records = batch.records.map(({ n, at, type, dataText, end, crc }) => ({ n, at, type, dataText, end, crc }));
    const { state, ...rest } = await this.#client.call("ingest", { ...batch, records });
    return { run: JSON.parse(state) as Run, ...rest };
  }

  async conclude(conclusion: Conclusion): Promise<Executed> {
    return executed(await this.#client.call("conclude", conclusion));
  }

  async record(event: NewEvent, actor: string): Promise<LedgerEvent> {
    return eventOfRow(await this.#client.call("recordEvent", { event, actor }));
  }

  async planExperiment(plan: ExperimentPlan, actor: string): Promise<Experiment> {
    await this.#client.call("planExperiment", { plan, actor });
    const planned = await this.getExperiment(plan.id);
    if (planned === null)
      throw new RunledgerError("internal.bug", `experiment ${plan.id} was planned and is not there`);
    return planned;
  }

  getExperiment(experimentId: string): Promise<Experiment | null> {
    return this.#client.call("getExperiment", { experimentId });
  }

  findExperiments(tail: string, limit: number): Promise<string[]> {
    return this.#client.call("findExperiments", { tail, limit });
  }

  async importRun(runId: string, events: ImportedEvent[]): Promise<boolean> {
    return (await this.#client.call("importRun", { runId, events })).isNew;
  }

  async copyRun(runId: string, rows: EventRow[]): Promise<boolean> {
    return (await this.#client.call("copyRun", { runId, rows })).isNew;
  }

  async copyPlan(row: EventRow): Promise<void> {
    await this.#client.call("copyPlan", { row });
  }

  readRows(runId: string, afterSeq: number, limit: number): Promise<EventRow[]> {
    return this.#client.call("readEvents", { runId, afterSeq, limit });
  }

  planRow(experimentId: string): Promise<EventRow | null> {
    return this.#client.call("planRow", { experimentId });
  }

  async getRun(runId: string): Promise<Run | null> {
    const state = await this.#client.call("getRun", { runId });
    return state === null ? null : (JSON.parse(state) as Run);
  }

  findRuns(tail: string, limit: number): Promise<string[]> {
    return this.#client.call("findRuns", { tail, limit });
  }

  newestRun(back: number): Promise<string | null> {
    return this.#client.call("newestRun", { back });
  }

  isDeleted(runId: string): Promise<boolean> {
    return this.#client.call("isDeleted", { runId });
  }

  async listRuns(filter: RunFilter, options: ListOptions): Promise<RunPage> {
    const { pageSize = pageSizeDefault, pageToken = null, order = "newest" } = options;
    const page = await this.#client.call("listRuns", {
      filter,
      order,
      pageSize: Math.max(1, Math.min(pageSize, systemLimits.pageRowsMax)),
      after: pageToken === null ? null : createdOfToken(pageToken, order),
    });
    const runs = page.states.map((state) => JSON.parse(state) as Run);
    return { runs, nextToken: page.after === null ? null : tokenOfCreated(page.after, order) };
  }

  countRuns: Ledger["countRuns"] = (subject) => this.#client.call("countRuns", { subject: subject ?? null });

  countFound: Ledger["countFound"] = (filter) => this.#client.call("countFound", { filter });

  liveAttempts(worker?: string): Promise<LiveAttempt[]> {
    return this.#client.call("liveAttempts", { worker: worker ?? null });
  }

  supervisors(): Promise<Supervisor[]> {
    return this.#client.call("supervisors", {});
  }

  overdueRuns(limit: number): Promise<string[]> {
    return this.#client.call("overdueRuns", { nowMs: Date.now(), limit });
  }

  /** All processes of an SQLite ledger share one host: there the lock says everything. */
  async renew(): Promise<void> {}

  async silentWorkers(): Promise<string[]> {
    return [];
  }

  listLimits(): Promise<LimitUse[]> {
    return this.#client.call("listLimits", {});
  }

  listWorkers(): Promise<WorkerEntry[]> {
    return this.#client.call("listWorkers", {});
  }

  journalCursor(runId: string, attempt: number): Promise<JournalCursor> {
    return this.#client.call("journalCursor", { runId, attempt });
  }

  async readEvents(runId: string, afterSeq: number, limit: number): Promise<LedgerEvent[]> {
    return (await this.#client.call("readEvents", { runId, afterSeq, limit })).map(eventOfRow);
  }

  linkAt(runId: string, seq: number): Promise<string | null> {
    return this.#client.call("linkAt", { runId, seq });
  }

  async readAll(after: Cursor | null, limit: number): Promise<EventPage> {
    const position = after === null ? 0 : positionOf(after, { epoch: this.#epoch, head: await this.#head() });
    const rows = await this.#client.call("readAll", { after: position, limit });
    const cursors = rows.map((row) => cursorAt(row.position, this.#epoch));
    return { events: rows.map(eventOfRow), cursors, cursor: cursors.at(-1) ?? cursorAt(position, this.#epoch) };
  }

  async headCursor(): Promise<Cursor> {
    return cursorAt(await this.#head(), this.#epoch);
  }

  changeMark(): number {
    return this.#signal.mark;
  }

  async waitForChange(options: { timeoutMs: number; signal?: AbortSignal; since?: number }): Promise<boolean> {
    const { timeoutMs, signal, since = this.#returnedAt } = options;
    const hasChanged = await this.#signal.wait({ since, timeoutMs, signal });
    this.#returnedAt = this.#signal.mark;
    return hasChanged;
  }

  putBlob: Ledger["putBlob"] = (bytes) => writeBlob(this.#files.blobs, bytes, this.refuseMoved);

  getBlob: Ledger["getBlob"] = (digest) => readBlob(this.#files.blobs, digest, this.refuseMoved);

  async putLog(chunks: LogChunk[]): Promise<void> {
    await this.#client.call("putLog", { chunks });
  }

  readLog(of: LogStream & { offset: number; limit: number }): Promise<Uint8Array> {
    return this.#client.call("readLog", of);
  }

  logSize(of: LogStream): Promise<number> {
    return this.#client.call("logSize", of);
  }

  logCut(of: LogStream): Promise<{ from: number; to: number } | null> {
    return this.#client.call("logCut", of);
  }

  async holdLock(id: string): Promise<ProcessLock> {
    return this.#locks.hold(id);
  }

  async isLockFree(id: string): Promise<boolean> {
    return this.#locks.isFree(id);
  }

  async forgetLock(id: string): Promise<void> {
    this.#locks.forget(id);
  }

  verify(options: { runIds?: string[] } = {}): AsyncIterable<Finding> {
    return verifyLedger({ client: this.#client, blobs: this.#files.blobs, runIds: options.runIds ?? null });
  }

  rebuild(): Promise<{ runs: number }> {
    return this.#client.call("rebuild", {});
  }

  async close(): Promise<void> {
    this.#signal.close();
    this.#locks.releaseAll();
    await this.#client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #head(): Promise<number> {
    return this.#client.call("headPosition", {});
  }
}
