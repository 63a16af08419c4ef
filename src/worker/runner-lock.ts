// Whether the runner of an attempt lives, by the lock that it holds. The lock lies among the files of the ledger: whoever
// moves or copies them takes it along, and the path that was written down leads to where they were before.

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Ledger } from "../ledger/ledger.ts";
import { isFileLockFree } from "../protocol/file-lock.ts";
import { isOver, isSamePlace } from "../protocol/process.ts";
import type { RunnerFacts } from "../protocol/spec.ts";
import { locksFolder } from "./attempt-folder.ts";
import { lookAt, readPlace } from "./process-facts.ts";

/** Who the runner is, as its worker wrote it down. */
type NamedRunner = Pick<RunnerFacts, "pid" | "startTicks" | "place" | "lock">;

/**
 * Whether the attempt's runner lives.
 * @throws RunledgerError `ledger.moved`: that its lock is missing would tell nothing then
 */
export function isRunnerAlive(ledger: Pick<Ledger, "home" | "refuseMoved">, runner: NamedRunner): boolean {
  ledger.refuseMoved();
  if (isRunnerSeen(ledger.home, runner)) return true;
  // Asked again, since it may have been moved before the look, and the lock was missing for that.
  ledger.refuseMoved();
  return false;
}

/** Whether there is a sign of its life, with the ledger's files, or what was rescued of them, in this folder. */
export function isRunnerSeen(home: string, runner: NamedRunner): boolean {
  const path = runnerLockPath(home, runner);
  for (const known of new Set([path, runner.lock])) if (existsSync(known) && !isFileLockFree(known)) return true;
  const isCertain = path === runner.lock && existsSync(path);
  // The file beside a copy of the attempt is nobody's lock, and the runner may be at work for the ledger that was copied.
  // One that is missing here was removed by who concluded the attempt; or by who tidies up, while the runner works on.
  return !isCertain && isSamePlace(runner.place, readPlace()) && isAtWork(runner);
}

/** Whether the runner is at work for a ledger that this one is a copy of: what is moved takes its lock along. */
export function isElsewhere(home: string, runner: NamedRunner): boolean {
  const path = runnerLockPath(home, runner);
  if (path === runner.lock || (existsSync(path) && !isFileLockFree(path))) return false;
  return isRunnerSeen(home, runner);
}

/** Where the lock lies by now: it goes where the files of the ledger go. */
export function runnerLockPath(home: string, { lock }: Pick<NamedRunner, "lock">): string {
  return join(locksFolder(home), basename(lock));
}

/** One that frees its lock by its end is exiting by then. */
function isAtWork(runner: NamedRunner): boolean {
  const stat = lookAt(runner);
  return stat !== null && !isOver(stat) && !stat.isExiting;
}
