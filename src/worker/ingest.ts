// The way of a journal into the ledger: whole records, exactly once, in groups. The finish record is kept back: it
// enters with the ending of the attempt, when the process has been seen gone.

import { open } from "node:fs/promises";
import { join } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import type { Run } from "../core/run.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { finishType, type JournalCursor, type JournalRecord, readRecords } from "../protocol/journal.ts";
import { type Finish, finishSchema } from "../protocol/spec.ts";

export type Intake = {
  /** Takes everything that is in the file by now. Calls follow one another, however they are made. */
  pump(): Promise<void>;
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
  /** The run as the last ingestion left it. */
  run: Run | null;
};

/** One read, bytes: what an intake holds of a journal at any time. */
const readBytes = 256 * 1024;

export function createIntake(of: {
  ledger: Ledger;
  runId: string;
  attempt: number;
  /** Asked at each ingestion, since an adoption changes it. */
  claimId: () => string;
  folder: string;
  cursor: JournalCursor;
}): Intake {
  const { ledger, runId, attempt, claimId, folder, cursor } = of;
  const path = join(folder, attemptFiles.journal);
  const state: IntakeState = {
    hasJournal: false,
    cursor,
    finish: null,
    fault: null,
    tornBytes: 0,
    bytes: 0,
    run: null,
  };
  let last = Promise.resolve();

  const take = async (records: JournalRecord[]): Promise<void> => {
    for (let start = 0; start < records.length; start += systemLimits.groupEventsMax) {
      const group = records.slice(start, start + systemLimits.groupEventsMax);
      const done = await ledger.ingest({ runId, attempt, claimId: claimId(), actor: "runner", records: group });
      state.run = done.run;
      state.cursor = done.cursor;
    }
  };
  /** Takes one reading; false when there is nothing more to take for now. */
  const takeOnce = async (): Promise<boolean> => {
    if (state.fault !== null || state.finish !== null) return false;
    const bytes = await readFrom(path, state.cursor.offset);
    if (bytes === null) return false;
    state.hasJournal = true;
    state.bytes = state.cursor.offset + bytes.length;
    const read = readRecords(bytes, state.cursor);
    const finishAt = read.records.findIndex((record) => record.type === finishType);
    await take(finishAt === -1 ? read.records : read.records.slice(0, finishAt));
    const finish = read.records[finishAt];
    state.tornBytes = read.tornBytes;
    if (finish !== undefined) acceptFinish(state, finish);
    else if (read.fault !== null) state.fault = read.fault;
    return finish === undefined && read.fault === null && read.records.length > 0;
  };
  const pump = async (): Promise<void> => {
    try {
      while (await takeOnce());
    } catch (error) {
      if (!(error instanceof RunledgerError) || error.code !== "journal.corrupt") throw error;
      state.fault = error.message;
    }
  };
  return {
    state,
    pump() {
      last = last.catch(() => undefined).then(pump);
      return last;
    },
  };
}

function acceptFinish(state: IntakeState, record: JournalRecord): void {
  const says = finishSchema.safeParse(record.data);
  if (!says.success) {
    state.fault = `line ${record.n}: the finish record is not in its form`;
    return;
  }
  state.finish = { says: says.data, at: record.at, cursor: { n: record.n, offset: record.end, crc: record.crc } };
}

async function readFrom(path: string, offset: number): Promise<Buffer | null> {
  const file = await openOrNull(path);
  if (file === null) return null;
  try {
    // A line may be longer than one read; a reader that gets no whole line needs the longest line at once.
    const size = readBytes + systemLimits.journalLineBytesMax;
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function openOrNull(path: string) {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
