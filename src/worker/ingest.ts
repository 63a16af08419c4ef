// The way of a journal into the ledger: whole records, exactly once, in groups. The finish record is kept back: it
// enters with the ending of the attempt, when the process has been seen gone.

import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import type { Run } from "../core/run.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { IncomingRecord, Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import {
  finishType,
  type JournalCursor,
  type JournalRead,
  type JournalRecord,
  journalStart,
  readRecords,
} from "../protocol/journal.ts";
import { type Finish, finishSchema } from "../protocol/spec.ts";

export type Intake = {
  /** Takes everything that is in the file when it begins. Calls follow one another, however they are made. */
  pump(): Promise<void>;
  /**
   * To be called when the ledger refuses what should follow: goes back to where the ledger is, if that is behind this
   * intake, and takes the rest again with the next pump. A failover may lose the newest records; the journal has them.
   * @returns false if the ledger is not behind
   */
  goBack(): Promise<boolean>;
  readonly state: IntakeState;
};

export type IntakeState = {
  hasJournal: boolean;
  cursor: JournalCursor;
  finish: { says: Finish; at: string; cursor: JournalCursor } | null;
  /** Why the journal cannot be trusted from here on; nothing more is read then. */
  fault: string | null;
  /** Bytes after the last whole line at the last reading. */
  tornBytes: number;
  bytes: number;
  /** Lines of a journal that a power cut made shorter than what was taken of it; null for all others. */
  shortLines: number | null;
  /** The run as the last ingestion left it. */
  run: Run | null;
};

/** One read, bytes: what an intake holds of a journal at any time, unless a single line is longer. */
const readBytes = 128 * 1024;

const newline = 0x0a;

export type IntakeOptions = {
  ledger: Ledger;
  runId: string;
  attempt: number;
  claimId: string;
  folder: string;
  cursor: JournalCursor;
};

/** An intake that goes on after `cursor`, the last record that the ledger has. */
export function createIntake(options: IntakeOptions): Intake {
  return new JournalIntake(options);
}

class JournalIntake implements Intake {
  readonly state: IntakeState;
  readonly #options: IntakeOptions;
  readonly #path: string;
  #last: Promise<void> = Promise.resolve();
  /** The file as it was when there was nothing more to take from it. */
  #taken: string | null = null;

  constructor(options: IntakeOptions) {
    const { cursor, folder } = options;
    this.#options = options;
    this.#path = join(folder, attemptFiles.journal);
    const nothingRead = { hasJournal: false, finish: null, fault: null, tornBytes: 0, bytes: 0, shortLines: null };
    this.state = { ...nothingRead, cursor, run: null };
  }

  pump(): Promise<void> {
    this.#last = this.#last.catch(() => undefined).then(() => this.#takeAll());
    return this.#last;
  }

  async goBack(): Promise<boolean> {
    const { ledger, runId, attempt } = this.#options;
    const cursor = await ledger.journalCursor(runId, attempt);
    const { state } = this;
    if (cursor.n >= state.cursor.n) return false;
    state.cursor = cursor;
    state.finish = null;
    this.#taken = null;
    return true;
  }

  async #takeAll(): Promise<void> {
    try {
      // What comes meanwhile is for the next call: a journal that grows as fast as it is taken must not hold up a cancel.
      const file = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
      if (file === undefined) return;
      // Most looks find a model or a program at work and the journal as it was.
      const now = `${file.ino} ${file.size} ${file.mtimeNs}`;
      if (now === this.#taken) return;
      while ((await this.#takeOnce()) && this.state.cursor.offset < file.size);
      this.#taken = now;
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      if (await this.goBack()) return this.#takeAll();
      this.state.fault = error.message;
    }
  }

  /** Takes one reading; false when there is nothing more to take for now. */
  async #takeOnce(): Promise<boolean> {
    const { state } = this;
    if (state.fault !== null || state.finish !== null) return false;
    const reading = readFrom(this.#path, state.cursor.offset);
    if (reading === null) return false;
    state.hasJournal = true;
    if (reading.size < state.cursor.offset) return this.#takeAgain(reading.size);
    const { bytes } = reading;
    state.bytes = state.cursor.offset + bytes.length;
    const read = inOrder(readRecords(bytes, state.cursor));
    const finishAt = read.records.findIndex((record) => record.type === finishType);
    await this.#ingest(finishAt === -1 ? read.records : read.records.slice(0, finishAt));
    const finish = read.records[finishAt];
    state.tornBytes = read.tornBytes;
    if (finish !== undefined) acceptFinish(state, finish);
    else if (read.fault !== null) state.fault = read.fault;
    return finish === undefined && read.fault === null && read.records.length > 0;
  }

  /** A file that is shorter than what was taken of it is read from its start: what is left must be what was taken. */
  async #takeAgain(size: number): Promise<false> {
    const { state } = this;
    if (size === state.bytes && state.shortLines !== null) return false;
    state.bytes = size;
    for (let from = journalStart; ; ) {
      const read = readRecords(readFrom(this.#path, from.offset)?.bytes ?? Buffer.alloc(0), from);
      await this.#ingest(read.records);
      from = read.cursor;
      state.shortLines = from.n;
      state.tornBytes = read.tornBytes;
      state.fault = read.fault;
      if (read.fault !== null || read.records.length === 0) return false;
    }
  }

  async #ingest(records: JournalRecord[]): Promise<void> {
    const { ledger, runId, attempt, claimId } = this.#options;
    await this.#keepArtifacts(records);
    for (let start = 0; start < records.length; start += systemLimits.groupEventsMax) {
      const group = records.slice(start, start + systemLimits.groupEventsMax).map(incoming);
      const done = await ledger.ingest({ runId, attempt, claimId, actor: "runner", records: group });
      this.state.run = done.run;
      this.state.cursor = done.cursor;
    }
  }

  /** What an event names by digest is in the ledger before the event is. */
  async #keepArtifacts(records: JournalRecord[]): Promise<void> {
    const { ledger, folder } = this.#options;
    for (const { type, data } of records) {
      if (type !== "artifact.written") continue;
      const bytes = await readArtifact(join(folder, attemptFiles.artifacts, basename(String(data.name))));
      if (bytes !== null) await ledger.putBlob(bytes);
    }
  }
}

/** True for the ledger's refusal of records, or of an ending, that do not follow what it has. */
export function isCorrupt(error: unknown): error is RunledgerError {
  return error instanceof RunledgerError && error.code === "journal.corrupt";
}

/** What the ledger needs of a record: the parsed data would only be copied on its way there. */
function incoming({ n, at, type, dataText, end, crc }: JournalRecord): IncomingRecord {
  return { n, at, type, dataText, end, crc };
}

/** Every journal begins with attempt.started and holds it once; one that does not cannot be trusted. */
function inOrder(read: JournalRead): JournalRead {
  const at = read.records.findIndex(({ n, type }) => (n === 1) !== (type === "attempt.started"));
  const wrong = read.records[at];
  if (wrong === undefined) return read;
  return { ...read, records: read.records.slice(0, at), fault: `line ${wrong.n} is ${wrong.type}` };
}

function acceptFinish(state: IntakeState, record: JournalRecord): void {
  const says = finishSchema.safeParse(record.data);
  if (!says.success) {
    state.fault = `line ${record.n}: the finish record is not in its form`;
    return;
  }
  state.finish = { says: says.data, at: record.at, cursor: { n: record.n, offset: record.end, crc: record.crc } };
}

/** At once and not through the thread pool: what was written a moment ago is in memory, and a journal is read often. */
function readFrom(path: string, offset: number): { bytes: Buffer; size: number } | null {
  const file = openOrNull(path);
  if (file === null) return null;
  try {
    // Asked first, so that no buffer is larger than the news: those of a worker with many runs would otherwise keep its
    // garbage collector busy. What comes meanwhile is for the next reading.
    const { size } = fstatSync(file);
    const news = Math.max(0, size - offset);
    const first = read(file, Math.min(news, readBytes), offset);
    const isLongLine = first.length === readBytes && !first.includes(newline);
    const lineBytesMax = systemLimits.journalLineBytesMax + readBytes;
    const bytes = isLongLine ? read(file, Math.min(news, lineBytesMax), offset) : first;
    return { bytes, size };
  } finally {
    closeSync(file);
  }
}

function read(file: number, size: number, offset: number): Buffer {
  if (size === 0) return Buffer.alloc(0);
  const buffer = Buffer.allocUnsafe(size);
  return buffer.subarray(0, readSync(file, buffer, 0, size, offset));
}

function openOrNull(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** A regular file of the artifacts folder; null if there is none, or something else in its place. */
async function readArtifact(path: string): Promise<Buffer | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return null;
  try {
    return (await file.stat()).isFile() ? await file.readFile() : null;
  } finally {
    await file.close();
  }
}
