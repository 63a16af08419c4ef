// Takes attempt folders that this ledger does not know: those of another ledger, or of one that was lost. A run is taken
// whole or not at all, once however often it is asked for, and never while a runner of it lives.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import { parseUuid } from "../core/ids.ts";
import type { RunStatus } from "../core/moves.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { keepCheckpoint } from "./conclude.ts";
import { createLogCopy } from "./copy-logs.ts";
import { importedRun } from "./imported-run.ts";
import { type AttemptFolder, livingRunner, readAttemptFolder } from "./read-attempt-folder.ts";
import { removeSessionFile } from "./write-session-file.ts";
import { ensureFilesOfEnd, removeTraceFile } from "./write-trace-file.ts";

export type ImportResult = {
  /** The folder of the run's attempts. */
  folder: string;
  runId: string | null;
  attempts: number;
  /** `alive`: a runner of it lives, so it is left alone; `known`: the ledger has it. */
  result: "taken" | "known" | "alive" | "refused";
  /** The run's status now, if the ledger has it. */
  status: RunStatus | null;
  why: string;
};

/**
 * Imports what lies at the paths: attempt folders, or folders above them up to the one that holds `.runledger`.
 * Yields one result a run.
 * @throws RunledgerError `file.not-found`, `import.unreadable` for a path without any attempt folder, before anything is taken.
 */
export async function* importAttempts(ledger: Ledger, paths: readonly string[]): AsyncGenerator<ImportResult> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (const folder of await runFoldersAt(path)) folders.add(folder);
  }
  for (const folder of folders) yield await importRunFolder(ledger, folder);
}

async function importRunFolder(ledger: Ledger, folder: string): Promise<ImportResult> {
  const paths = await attemptFoldersOf(folder);
  const result = { folder, runId: parseUuid(basename(folder)), attempts: paths.length, status: null };
  for (const path of paths) {
    const runner = await livingRunner(path);
    if (runner === null) continue;
    const why = `its runner (pid ${runner.pid}) lives and writes on; import it when it has ended`;
    const status = result.runId === null ? null : await statusOf(ledger, result.runId);
    return { ...result, status, result: status === null ? "alive" : "known", why: status === null ? why : knownWhy };
  }
  const attempts: AttemptFolder[] = [];
  for (const path of paths) {
    const read = await readAttemptFolder(path);
    if (!read.ok) return { ...result, result: "refused", why: read.cause };
    attempts.push(read.attempt);
  }
  return takeRun(ledger, result, attempts);
}

const knownWhy = "this ledger has the run already";

async function takeRun(
  ledger: Ledger,
  result: Omit<ImportResult, "result" | "why">,
  attempts: AttemptFolder[],
): Promise<ImportResult> {
  const ids = new Set(attempts.map(({ spec }) => spec.runId));
  const runId = parseUuid(attempts[0]?.spec.runId ?? "");
  if (runId === null || ids.size !== 1) return { ...result, result: "refused", why: "its attempts name no one run" };
  const of = { ...result, runId };
  if (await ledger.isDeleted(runId))
    return { ...of, result: "refused", why: "the run was deleted here; its id stays taken" };
  const known = await ledger.getRun(runId);
  if (known !== null) {
    // An import that was killed half-way has left its files to the next one.
    if (known.imported) await takeFiles(ledger, runId, attempts);
    return { ...of, status: known.status, result: "known", why: knownWhy };
  }
  const story = importedRun(withoutLostCheckpoint(attempts));
  if (!story.ok) return { ...of, result: "refused", why: story.cause };
  const { status } = story.run;
  // Before the events name it: who resumes the run goes on from there.
  for (const attempt of attempts.filter(isCheckpointThere))
    await keepCheckpoint(ledger, attempt.path, attempt.finish?.says.checkpoint ?? null);
  // Files that are there tell what another ledger knew; from now on this one is the truth.
  await removeSessionFile(ledger, runId);
  await removeTraceFile(ledger, runId);
  const isNew = await ledger.importRun(runId, story.events);
  await takeFiles(ledger, runId, attempts);
  if (!isNew) return { ...of, status, result: "known", why: "another process took it at the same time" };
  return { ...of, status, result: "taken", why: `${story.events.length} events` };
}

/** Where the newest attempt paused and its checkpoint is not there, nobody can go on: the run is lost, and not paused. */
function withoutLostCheckpoint(attempts: AttemptFolder[]): AttemptFolder[] {
  const newest = Math.max(...attempts.map(({ spec }) => spec.attempt));
  return attempts.map((attempt) => {
    const { finish, spec } = attempt;
    if (finish === null || spec.attempt !== newest || isCheckpointThere(attempt)) return attempt;
    return { ...attempt, finish: { ...finish, says: { ...finish.says, checkpoint: null } } };
  });
}

/** Whether the checkpoint that the attempt names is among its files, whole. */
function isCheckpointThere({ path, finish }: AttemptFolder): boolean {
  try {
    const bytes = readFileSync(join(path, attemptFiles.checkpointLeft));
    return finish?.says.checkpoint === `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  } catch {
    return false;
  }
}

/** Logs, session file and trace; what is there already is not taken again. */
async function takeFiles(ledger: Ledger, runId: string, attempts: readonly AttemptFolder[]): Promise<void> {
  for (const { path, spec } of attempts) {
    await createLogCopy({ ledger, runId, attempt: spec.attempt, folder: path }).copy();
  }
  await ensureFilesOfEnd(ledger, runId);
}

async function statusOf(ledger: Ledger, runId: string): Promise<RunStatus | null> {
  if (await ledger.isDeleted(runId)) return null;
  return (await ledger.getRun(runId))?.status ?? null;
}

/** Folders of runs at or below a path, which may be an attempt folder or stand anywhere above one. */
async function runFoldersAt(path: string): Promise<string[]> {
  if (!existsSync(path)) throw new RunledgerError("file.not-found", `${path} does not exist`, { data: { path } });
  const real = await realpath(path);
  const found = isAttemptFolder(real) ? [dirname(real)] : await runFoldersBelow(real);
  if (found.length === 0) {
    throw new RunledgerError(
      "import.unreadable",
      `${path} holds no attempt folder (a folder with ${attemptFiles.spec})`,
      { data: { path } },
    );
  }
  return found;
}

async function runFoldersBelow(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [];
  if ((await attemptFoldersOf(path)).length > 0) return [path];
  const above =
    [join(path, ".runledger", "runs"), join(path, "runs")].find((candidate) => existsSync(candidate)) ?? path;
  const names = (await readdir(above)).filter((name) => parseUuid(name) !== null).sort();
  const folders = names.map((name) => join(above, name));
  const counts = await Promise.all(folders.map(async (folder) => (await attemptFoldersOf(folder)).length));
  return folders.filter((_, index) => (counts[index] ?? 0) > 0);
}

async function attemptFoldersOf(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const numbers = names
    .filter((name) => /^[1-9]\d{0,8}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
  return numbers.map((number) => join(folder, String(number))).filter(isAttemptFolder);
}

function isAttemptFolder(path: string): boolean {
  return existsSync(join(path, attemptFiles.spec));
}
