// Reads what lies in an attempt folder: who did what, the whole journal, what the runner was told, and how it ended as
// far as files can say. For attempts that no ledger here knows.

import { open, readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { dataFault, isEventType, isJournalType } from "../core/events.ts";
import { systemLimits } from "../core/system-limits.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { finishType, type JournalRecord } from "../protocol/journal.ts";
import {
  type ControlLine,
  controlLineSchema,
  type Finish,
  finishSchema,
  type RunnerFacts,
  type RunnerSpec,
  runnerFactsSchema,
  runnerSpecSchema,
  type WatchdogVerdict,
  watchdogVerdictSchema,
} from "../protocol/spec.ts";
import { readJournal } from "./read-journal.ts";
import { isRunnerSeen } from "./runner-lock.ts";

export type KeptRecord = Omit<JournalRecord, "data">;

export type AttemptFolder = {
  path: string;
  spec: RunnerSpec;
  /** Null if no runner was ever given the attempt. */
  runner: RunnerFacts | null;
  /** Records that may become events, in order; the finish record is apart. */
  records: KeptRecord[];
  finish: { record: KeptRecord; says: Finish } | null;
  /** Null if there is no journal: nothing ran. */
  journal: { lines: number; bytes: number; tornBytes: number; broken: string | null } | null;
  control: ControlLine[];
  watchdog: WatchdogVerdict | null;
  lastStderr: string | null;
  /** When the journal, or else the spec, was written last; RFC 3339. */
  changedAt: string;
};

/** An attempt folder, or why it cannot be read as one. */
export type ReadAttempt = { ok: true; attempt: AttemptFolder } | { ok: false; cause: string };

/** Reads the folder. It is the caller's to know that the runner is gone: a journal that still grows is half the truth. */
export async function readAttemptFolder(path: string): Promise<ReadAttempt> {
  const spec = await readJson(join(path, attemptFiles.spec), runnerSpecSchema);
  if (!spec.ok) return spec;
  if (spec.value === null) return { ok: false, cause: `there is no ${attemptFiles.spec}` };
  const runner = await readJson(join(path, attemptFiles.runner), runnerFactsSchema);
  if (!runner.ok) return runner;
  const watchdog = await readJson(join(path, attemptFiles.watchdog), watchdogVerdictSchema);
  const attempt: AttemptFolder = {
    path,
    spec: spec.value,
    runner: runner.value,
    ...(await readRecords(path)),
    control: await readControl(join(path, attemptFiles.control)),
    // Half a verdict is none: the watchdog writes it right before it kills its own process.
    watchdog: watchdog.ok ? watchdog.value : null,
    lastStderr: await readTail(join(path, attemptFiles.stderr), systemLimits.stderrTailBytes),
    changedAt: await changedAt(path),
  };
  return { ok: true, attempt };
}

/** The attempt's runner, if it lives: the locks lie beside the folder of all runs, unless less than all was rescued. */
export async function livingRunner(path: string): Promise<RunnerFacts | null> {
  const runner = await readJson(join(path, attemptFiles.runner), runnerFactsSchema);
  const home = resolve(path, "../../..");
  return runner.ok && runner.value !== null && isRunnerSeen(home, runner.value) ? runner.value : null;
}

/** A living runner of any attempt of the run that has this folder, which may be gone, or go meanwhile. */
export async function livingRunnerIn(runFolder: string): Promise<RunnerFacts | null> {
  for (const name of await namesIn(runFolder)) {
    const runner = /^[1-9]\d*$/.test(name) ? await livingRunner(join(runFolder, name)) : null;
    if (runner !== null) return runner;
  }
  return null;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

async function readRecords(path: string): Promise<Pick<AttemptFolder, "records" | "finish" | "journal">> {
  const records: KeptRecord[] = [];
  let finish: AttemptFolder["finish"] = null;
  let fault: string | null = null;
  const end = await readJournal(join(path, attemptFiles.journal), ({ data, ...record }) => {
    fault ??= recordFault({ record, data, hasFirst: records.length > 0, isFinished: finish !== null });
    if (fault !== null) return;
    if (record.type === finishType) finish = { record, says: finishSchema.parse(data) };
    else records.push(record);
  });
  if (end === null) return { records, finish, journal: null };
  const lines = end.cursor.n;
  const journal = {
    lines,
    bytes: end.cursor.offset + end.tornBytes,
    tornBytes: end.tornBytes,
    broken: fault ?? end.fault,
  };
  return { records, finish, journal };
}

type Candidate = { record: KeptRecord; data: unknown; hasFirst: boolean; isFinished: boolean };

/** Why a line with a good checksum still is no record of a runner's; null if it is one. */
function recordFault({ record: { n, type }, data, hasFirst, isFinished }: Candidate): string | null {
  if (isFinished) return `line ${n} follows the finish record`;
  if (!hasFirst && type !== "attempt.started") return `line ${n} is ${type}, not attempt.started`;
  if (type === finishType) {
    const parsed = finishSchema.safeParse(data);
    return parsed.success ? null : `line ${n}: ${z.prettifyError(parsed.error).replaceAll("\n", "; ")}`;
  }
  if (!isJournalType(type)) return `line ${n}: a journal cannot hold ${type}`;
  const cause = isEventType(type) ? dataFault(type, data) : null;
  return cause === null ? null : `line ${n}: ${type}: ${cause}`;
}

async function readControl(path: string): Promise<ControlLine[]> {
  const lines = ((await readText(path)) ?? "").split("\n").slice(0, -1);
  return lines.flatMap((line) => {
    const parsed = controlLineSchema.safeParse(parseJson(line));
    return parsed.success ? [parsed.data] : [];
  });
}

type ReadJson<T> = { ok: true; value: T | null } | { ok: false; cause: string };

/** The parsed file; null if there is none. */
async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<ReadJson<T>> {
  const text = await readText(path);
  if (text === null) return { ok: true, value: null };
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, cause: `${path}: ${z.prettifyError(parsed.error).replaceAll("\n", "; ")}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}

async function readTail(path: string, bytesMax: number): Promise<string | null> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, "r");
  } catch {
    return null;
  }
  try {
    const { size } = await file.stat();
    const length = Math.min(size, bytesMax);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return length === 0 ? null : buffer.toString("utf8");
  } finally {
    await file.close();
  }
}

async function changedAt(path: string): Promise<string> {
  const times = await Promise.all(
    [attemptFiles.journal, attemptFiles.spec].map((name) =>
      stat(join(path, name)).then(
        (file) => file.mtime,
        () => null,
      ),
    ),
  );
  return (times.find((time) => time !== null) ?? new Date(0)).toISOString();
}
