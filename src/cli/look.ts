// What can be seen of the processes of a run, for the fields that are computed at each read.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Computed, computeFields } from "../core/computed.ts";
import { isActive } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { isFileLockFree } from "../protocol/file-lock.ts";
import { attemptFolder } from "../worker/attempt-folder.ts";

/** Looks at the run's worker and runner, if it has any, and computes from it. */
export async function lookAt(ledger: Ledger, run: Run): Promise<Computed> {
  const { attempt } = run;
  const nowMs = Date.now();
  if (!isActive(run.status) || attempt === null) {
    return computeFields(run, { isWorkerAlive: null, isRunnerAlive: null, nowMs });
  }
  const folder = attemptFolder({ home: ledger.home, runId: run.id, attempt: attempt.number });
  return computeFields(run, {
    isWorkerAlive: !(await ledger.isLockFree(attempt.worker)),
    isRunnerAlive: isRunnerAlive(folder),
    nowMs,
  });
}

/** Whether the runner named in the attempt folder holds its lock; null if none is named there yet. */
function isRunnerAlive(folder: string): boolean | null {
  const path = join(folder, attemptFiles.runner);
  if (!existsSync(path)) return null;
  try {
    const { lock } = JSON.parse(readFileSync(path, "utf8")) as { lock?: unknown };
    return typeof lock === "string" ? !isFileLockFree(lock) : null;
  } catch {
    // The folder may be removed while one looks.
    return null;
  }
}
