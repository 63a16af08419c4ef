// Spare runners: processes booted ahead, each in a folder of its own and waiting on a pipe for one assignment. A claim
// takes one, its folder becomes the attempt's, and the message through the pipe starts the work.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { getCompileCacheDir } from "node:module";
import { uptime } from "node:os";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { ledgerMoved } from "../core/errors.ts";
import type { ProcessRef } from "../core/events.ts";
import { systemLimits } from "../core/system-limits.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { isFileLockFree } from "../protocol/file-lock.ts";
import { makeGivenFolder } from "../protocol/give-to-owner.ts";
import type { Assignment, RunnerFacts, Vouch } from "../protocol/spec.ts";
import { locksFolder, writeWhole } from "./attempt-folder.ts";
import { awakeS } from "./awake-clock.ts";
import { isForbidden } from "./forbidden.ts";
import { isPassingFault } from "./passing-fault.ts";
import { processRef, readPlace } from "./process-facts.ts";

/** How a process ended, as its parent collected it. */
export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type Runner = {
  ref: ProcessRef;
  isSpare: boolean;
  /** Resolves when the kernel has handed us the process's end. */
  exited: Promise<Exit>;
  /**
   * Gives the runner its one assignment; false if the attempt's folder is there already: somebody has concluded it. A
   * runner to which this failed is to be discarded.
   */
  handOver(assignment: Assignment, checkpoint: Uint8Array | null): boolean;
  /** Ends a runner that was never used. */
  discard(): Promise<void>;
};

export type SpareRunners = {
  /** The oldest spare that still lives, or a runner booted just now. Those booted from now on get ready for this work. */
  take(work: string): Runner;
  /** Ends the spares and resolves when they are gone, with their folders. */
  close(): Promise<void>;
};

export type RunnerBoot = { home: string; runnerUrl: URL; build: string };

/** What a runner inherits from the shell: nothing that could be a key. */
const inheritedNames = ["PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "USER", "NODE_V8_COVERAGE"];

/** Keeps `count` runners booted; with `isKept` each one taken is replaced at once. */
export function keepSpares(boot: RunnerBoot, { count, isKept }: { count: number; isKept: boolean }): SpareRunners {
  type Spare = { runner: Runner; bootedMs: number; isGone: boolean };
  const spares: Spare[] = [];
  let likelyWork: string | null = null;
  let isClosed = false;
  const add = (): void => {
    if (isClosed) return;
    const spare: Spare = {
      runner: bootRunner(boot, { isSpare: true, likelyWork }),
      bootedMs: performance.now(),
      isGone: false,
    };
    spares.push(spare);
    void spare.runner.exited.then(() => {
      spare.isGone = true;
    });
  };
  /** Not before the one taken has its assignment: a start holds this thread for milliseconds. */
  const replaceSoon = (): void => {
    setImmediate(() => {
      try {
        add();
      } catch {
        // Without a spare the next run boots its own runner, and fails with the reason if that cannot be either.
      }
    });
  };
  removeAbandoned(boot.home);
  for (let index = 0; index < count; index += 1) add();
  return {
    take(work) {
      likelyWork = work;
      for (;;) {
        const spare = spares.shift();
        if (isKept) replaceSoon();
        if (spare === undefined) return bootRunner(boot, { isSpare: false, likelyWork: null });
        if (!spare.isGone && performance.now() - spare.bootedMs < systemLimits.spareMsMax) return spare.runner;
        void spare.runner.discard();
      }
    },
    async close() {
      isClosed = true;
      await Promise.all(spares.splice(0).map(({ runner }) => runner.discard()));
    },
  };
}

/** Folders and locks of spares that died with, or after, a worker that could not tidy up any more. */
function removeAbandoned(home: string): void {
  const folder = join(home, "spares");
  if (!existsSync(folder)) return;
  for (const id of readdirSync(folder)) {
    const path = join(folder, id);
    const bornMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    const lock = lockOf(home, id);
    // A young one may be booting: it has no lock yet.
    if (Date.now() - bornMs < systemLimits.spareMsMax || !isFileLockFree(lock)) continue;
    removeOf(path, lock);
  }
}

/** What cannot be removed now, for want of an open file, or since it is another user's, is found by the next worker. */
function removeOf(folder: string, lock: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
    rmSync(lock, { force: true });
  } catch (error) {
    if (!isPassingFault(error) && !isForbidden(error)) throw error;
  }
}

function lockOf(home: string, id: string): string {
  return join(locksFolder(home), `runner-${id}`);
}

type Readiness = { isSpare: boolean; likelyWork: string | null };

function bootRunner({ home, runnerUrl, build }: RunnerBoot, { isSpare, likelyWork }: Readiness): Runner {
  const id = crypto.randomUUID();
  const folder = join(home, "spares", id);
  const lock = lockOf(home, id);
  if (!existsSync(home)) throw ledgerMoved(home);
  makeGivenFolder(folder);
  makeGivenFolder(dirname(lock));
  const output = openSync(join(folder, attemptFiles.runnerOutput), "a", 0o600);
  const args = [...flags, fileURLToPath(runnerUrl), lock];
  const child = startProcess(likelyWork === null ? args : [...args, likelyWork], { folder, output });
  // First of all: a process that could not be started says so by an error that nobody else would hear.
  const exited = exitOf(child);
  const ref = refOf(child);
  const pipe = child.stdio[3] as Writable;
  // A spare that died shows by its exit; the broken pipe says nothing more.
  pipe.on("error", () => undefined);
  child.unref();
  const discard = async (): Promise<void> => {
    pipe.end();
    await exited;
    removeOf(folder, lock);
  };
  return {
    ref,
    isSpare,
    exited,
    handOver(assignment, checkpoint) {
      const facts = {
        ...{ ...ref, place: readPlace(), build, lock, claimId: assignment.claimId },
        ...{ handedOverUptimeS: uptime(), handedOverAwakeS: awakeS() },
      };
      writeAttemptFiles({ folder, assignment, checkpoint, facts });
      if (!moveFolder(folder, assignment.attemptDir)) return false;
      pipe.end(`${JSON.stringify({ ...assignment, build, isSpare })}\n`);
      return true;
    },
    discard,
  };
}

function startProcess(args: string[], { folder, output }: { folder: string; output: number }): ChildProcess {
  try {
    const stdio = ["ignore" as const, output, output, "pipe" as const];
    return spawn(process.execPath, args, { cwd: folder, detached: true, stdio, env: inherited() });
  } finally {
    // Some faults are told at once, such as too little memory.
    closeSync(output);
  }
}

const flags = ["--disable-warning=ExperimentalWarning", "--max-old-space-size=1024"];

function writeAttemptFiles(of: {
  folder: string;
  assignment: Assignment;
  checkpoint: Uint8Array | null;
  facts: RunnerFacts;
}): void {
  const { folder, assignment, checkpoint, facts } = of;
  makeGivenFolder(assignment.workDir);
  writeFileSync(join(folder, attemptFiles.control), "", { mode: 0o600 });
  writeFileSync(join(folder, attemptFiles.spec), `${JSON.stringify(assignment.spec, null, 2)}\n`, { mode: 0o600 });
  if (checkpoint !== null) writeFileSync(join(folder, attemptFiles.checkpoint), checkpoint, { mode: 0o600 });
  writeVouch(folder, { claimId: assignment.claimId, bootId: facts.place.bootId, uptimeS: uptime(), takenBytes: 0 });
  writeWhole(join(folder, attemptFiles.runner), JSON.stringify(facts));
}

/**
 * Vouches for a runner: while this is fresh, it knows that somebody supervises it.
 * @throws RunledgerError `ledger.moved` where its folder is gone: one that is made anew would be in the way of the other
 */
export function writeVouch(folder: string, vouch: Vouch): void {
  if (!existsSync(folder)) throw ledgerMoved(folder);
  writeWhole(join(folder, attemptFiles.supervised), JSON.stringify(vouch));
}

/** Makes the spare's folder the attempt's; false if that one is there already, since its attempt was concluded. */
function moveFolder(from: string, to: string): boolean {
  if (!existsSync(from)) throw ledgerMoved(from);
  makeGivenFolder(dirname(to));
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST") return false;
    throw error;
  }
}

function refOf(child: ChildProcess): ProcessRef {
  const ref = child.pid === undefined ? null : processRef(child.pid);
  // The system would not give it a process, or not what one needs: memory, open files.
  if (ref === null) throw new Error("the runner could not be started");
  return ref;
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: null, signal: null }));
  });
}

function inherited(): NodeJS.ProcessEnv {
  const pairs = inheritedNames.map((name) => [name, process.env[name]] as const);
  const compileCache = getCompileCacheDir();
  // The folder in which this process keeps compiled code, one per version of Node: runners start with the same.
  if (compileCache !== undefined) pairs.push(["NODE_COMPILE_CACHE", dirname(compileCache)]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}
