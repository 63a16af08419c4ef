// Concludes an attempt whose runner is gone: ends what is left of its tree, reads the journal to its end, weighs what
// was seen, writes the ending, and only then the files that people read.

import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { liveAttempt } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import type { RunError } from "../core/events.ts";
import { limitCode } from "../core/limit-code.ts";
import { isActive, isTerminal } from "../core/moves.ts";
import type { Attempt, Run } from "../core/run.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { giveToOwner, makeGivenFolder } from "../protocol/give-to-owner.ts";
import { controlLineSchema, type RunnerFacts, runnerFactsSchema, watchdogVerdictSchema } from "../protocol/spec.ts";
import { runFolder } from "./attempt-folder.ts";
import { type ContainmentEvidence, killTree } from "./containment.ts";
import { createLogCopy } from "./copy-logs.ts";
import { exportTrace } from "./export-trace.ts";
import { createIntake, type Intake } from "./ingest.ts";
import { isRunnerAlive, runnerLockPath } from "./runner-lock.ts";
import type { Exit } from "./spare-runners.ts";
import { type Seen, weighEvidence } from "./weigh-evidence.ts";
import { removeSessionFile, writeSessionFile } from "./write-session-file.ts";
import { removeTraceFile, writeTraceFile } from "./write-trace-file.ts";

/** How long after SIGKILL to wait before the answer is that something is still alive. */
const goneMsMax = 10_000;

/** What a supervisor saw, or nothing if nobody was there. */
export type ConcludeOptions = {
  ledger: Ledger;
  run: Run;
  attempt: Attempt;
  folder: string;
  seenBy: Seen["by"];
  intake: Intake;
  exit: Exit | null;
  killedFor: Seen["killedFor"];
  memory: Seen["memory"];
  note: string | null;
};

/**
 * Writes the one ending of an attempt. The runner must have been seen gone before.
 * @returns the run after it; null if something of the tree is still alive (the run stays as it is, and says so).
 * @throws RunledgerError `run.claim-lost` if somebody else has concluded or adopted it; `ledger.moved` if its files are
 * not where they were.
 */
export async function concludeAttempt(of: ConcludeOptions): Promise<Run | null> {
  const { ledger, attempt, folder, intake } = of;
  await refuseLostClaim(of);
  refuseMoved(of);
  const containment = await endTree(folder);
  if (containment !== null && containment.leftAlive.length > 0) return null;
  // The journal is read to its end after death was observed, never before.
  await intake.pump();
  const logs = createLogCopy({ ledger, runId: of.run.id, attempt: attempt.number, folder });
  await logs.copy();
  const run = (await ledger.getRun(of.run.id)) ?? of.run;
  if (!isActive(run.status)) return run;
  const { state } = intake;
  const finish = state.finish === null ? null : await withCheckpoint(ledger, folder, state.finish);
  const ending = weighEvidence({
    status: run.status,
    by: of.seenBy,
    // A journal without a first line may have been made by whoever concludes: without an exit to say more, nothing ran.
    hasJournal: state.cursor.n > 0 || state.finish !== null || (state.hasJournal && of.exit !== null),
    finish,
    fault: state.fault,
    killedFor: of.killedFor ?? readLimitStop(folder),
    watchdog: readSmallFile(folder, attemptFiles.watchdog, watchdogVerdictSchema),
    exit: of.exit,
    containment,
    memory: of.memory,
    journal: {
      lines: state.shortLines ?? state.finish?.cursor.n ?? state.cursor.n,
      bytes: state.bytes,
      tornBytes: state.tornBytes,
      broken: state.fault ?? afterFinish(folder, state),
    },
    lastStderr: await lastStderr(folder),
    note: of.note,
  });
  // Moved meanwhile, what was not found says nothing.
  refuseMoved(of);
  const conclusion = { runId: run.id, attempt: attempt.number, claimId: attempt.claimId, actor: "worker", ending };
  const done = await ledger.conclude({ ...conclusion, finishCursor: state.finish?.cursor ?? null });
  const facts = readRunnerFacts(folder);
  if (facts !== null) rmSync(runnerLockPath(ledger.home, facts), { force: true });
  // A run that was to be deleted is gone with its ending, and leaves no files.
  if (done.events.some(({ type }) => type === "run.deleted")) {
    await removeSessionFile(ledger, run.id);
    await removeTraceFile(ledger, run.id);
    // Last: as long as it is there, it shows that something is left.
    rmSync(runFolder({ home: ledger.home, runId: run.id }), { recursive: true, force: true });
  } else if (isTerminal(done.run.status)) {
    await writeFilesForPeople(ledger, run.id);
  }
  return done.run;
}

/** What is another's by now gets no signal from here. */
async function refuseLostClaim({ ledger, run, attempt }: ConcludeOptions): Promise<void> {
  const now = await ledger.getRun(run.id);
  if (now !== null && liveAttempt(now, attempt.claimId) !== null) return;
  const detail = `run ${run.id}: this claim no longer supervises attempt ${attempt.number}`;
  throw new RunledgerError("run.claim-lost", detail, { data: { runId: run.id, attempt: attempt.number } });
}

/** Where the attempt's own files lie, nothing of it was moved, whatever became of others. */
function refuseMoved({ ledger, folder }: ConcludeOptions): void {
  if (readRunnerFacts(folder) === null) ledger.refuseMoved();
}

/** The ending stands, whatever becomes of these files: they can be made from the ledger at any time. */
async function writeFilesForPeople(ledger: Ledger, runId: string): Promise<void> {
  try {
    await Promise.all([writeSessionFile(ledger, runId), writeTraceFile(ledger, runId)]);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.emitWarning(`run ${runId}: its session or trace file was not written: ${why}`, "RunledgerWarning");
  }
  try {
    await exportTrace(ledger, runId);
  } catch (error) {
    process.emitWarning(`run ${runId}: ${error instanceof Error ? error.message : String(error)}`, "RunledgerWarning");
  }
}

/**
 * Whether the attempt's runner lives. If it does not, it is made sure that none can begin any more.
 * @throws RunledgerError `ledger.moved` if the attempt's files are not where they were
 */
export function isRunnerThere(ledger: Ledger, folder: string, facts: RunnerFacts | null): boolean {
  if (facts !== null && isRunnerAlive(ledger, facts)) return true;
  ledger.refuseMoved();
  // One that was still booting had no lock at the first look. It may have come first; then it holds its lock by now.
  return !forestallRunner(folder) && facts !== null && isRunnerAlive(ledger, facts);
}

/** Whoever creates the journal first decides: a runner that finds one exits without a step. True if it was made here. */
function forestallRunner(folder: string): boolean {
  makeGivenFolder(folder);
  try {
    const journal = openSync(join(folder, attemptFiles.journal), "ax", 0o600);
    giveToOwner(journal, folder);
    closeSync(journal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/** Who runs the attempt, as its worker wrote it down before the hand-over; null if it never came to that. */
export function readRunnerFacts(folder: string): RunnerFacts | null {
  return readSmallFile(folder, attemptFiles.runner, runnerFactsSchema);
}

/** An intake for an attempt that nobody supervises at the moment. */
export async function intakeOf(of: {
  ledger: Ledger;
  runId: string;
  attempt: number;
  claimId: string;
  folder: string;
}): Promise<Intake> {
  const { claimId, ...ids } = of;
  const cursor = await of.ledger.journalCursor(of.runId, of.attempt);
  return createIntake({ ...ids, claimId, cursor });
}

/** Ends what is left of the attempt's processes; null if no runner was ever given it. */
async function endTree(folder: string): Promise<ContainmentEvidence | null> {
  const facts = readRunnerFacts(folder);
  if (facts === null) return null;
  const runner = { pid: facts.pid, startTicks: facts.startTicks };
  return killTree({ runner, place: facts.place, attemptDir: folder }, { termMs: 0, goneMs: goneMsMax });
}

type Finished = NonNullable<Intake["state"]["finish"]>;

/** The finish record with a checkpoint only if that is there: nobody can go on from one that is not. */
async function withCheckpoint(ledger: Ledger, folder: string, finish: Finished): Promise<Finished> {
  const checkpoint = await keepCheckpoint(ledger, folder, finish.says.checkpoint);
  return { ...finish, says: { ...finish.says, checkpoint } };
}

/** Bytes after the finish record change nothing, but they should not be there. */
function afterFinish(folder: string, { finish }: Intake["state"]): string | null {
  if (finish === null) return null;
  const size = statSync(join(folder, attemptFiles.journal), { throwIfNoEntry: false })?.size ?? 0;
  const bytes = size - finish.cursor.offset;
  return bytes > 0 ? `${bytes} bytes follow the finish record` : null;
}

/** A checkpoint that the runner left becomes a blob before the ending names it; null if its file is not what it says. */
export async function keepCheckpoint(ledger: Ledger, folder: string, digest: string | null): Promise<string | null> {
  const path = join(folder, attemptFiles.checkpointLeft);
  if (digest === null || !existsSync(path)) return null;
  return (await ledger.putBlob(readFileSync(path))) === digest ? digest : null;
}

/** A supervisor that is gone by now may have stopped the runner for a limit; its words lie in the control file. */
function readLimitStop(folder: string): Seen["killedFor"] {
  const path = join(folder, attemptFiles.control);
  if (!existsSync(path)) return null;
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const parsed = controlLineSchema.safeParse(parseOrNull(line));
    if (!parsed.success || parsed.data.type !== "limit") continue;
    const { limit, message } = parsed.data;
    const error: RunError = { code: limitCode(limit), origin: "agent", message, limit };
    return { reason: "limit", error };
  }
  return null;
}

function readSmallFile<T extends z.ZodType>(folder: string, name: string, schema: T): z.infer<T> | null {
  const path = join(folder, name);
  if (!existsSync(path)) return null;
  const parsed = schema.safeParse(parseOrNull(readFileSync(path, "utf8")));
  return parsed.success ? parsed.data : null;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The last words: of the program's stderr, else of the runner process itself. */
async function lastStderr(folder: string): Promise<string | null> {
  return (await tailOf(join(folder, attemptFiles.stderr))) ?? (await tailOf(join(folder, attemptFiles.runnerOutput)));
}

async function tailOf(path: string): Promise<string | null> {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return null;
  const file = await open(path, "r");
  try {
    const length = Math.min(size, systemLimits.stderrTailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString("utf8");
  } finally {
    await file.close();
  }
}
