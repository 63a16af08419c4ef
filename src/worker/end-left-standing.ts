// Where hosts share a ledger, a worker that is cut off from it stops the processes of its attempts, and kills them when it
// hears that another host has taken the attempts over. One that is killed before it hears of that leaves them standing,
// their watchdogs with them, and nobody asks for an attempt that has ended: so the next worker with this folder does.

import { existsSync, readlinkSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { parseUuid } from "../core/ids.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFolder, runFolder } from "./attempt-folder.ts";
import { firstClaimOf, isAttemptOver, isDeleted } from "./claim-lost.ts";
import { readRunnerFacts } from "./conclude.ts";
import { killTree } from "./containment.ts";
import { allProcesses } from "./process-facts.ts";

/** How long after SIGKILL to wait, milliseconds: what is left then is found by the worker after this one. */
const goneMsMax = 2_000;

/** Ends what stands still here of attempts that are over. Never fails: it is nobody's run any more. */
export async function endLeftStanding(ledger: Ledger): Promise<void> {
  if (ledger.takeoverAfterMs === null) return;
  try {
    for (const { runId, attempt, pid } of standingRunners(ledger.home)) {
      const attemptDir = attemptFolder({ home: ledger.home, runId, attempt });
      const facts = readRunnerFacts(attemptDir);
      if (facts?.pid !== pid || !(await isOverHere(ledger, { runId, attempt }, facts.claimId))) continue;
      await killTree({ runner: facts, place: facts.place, attemptDir }, { termMs: 0, goneMs: goneMsMax });
    }
  } catch (error) {
    process.emitWarning(`what an earlier worker left was not ended: ${inWords(error)}`, "RunledgerWarning");
  }
}

/**
 * Of an attempt that this ledger does not know nothing is said: the folder may be another's, too, in which the same run
 * goes on, as one does that was pushed there.
 */
async function isOverHere(ledger: Ledger, of: { runId: string; attempt: number }, claimId: string): Promise<boolean> {
  try {
    return (await isAttemptOver(ledger, of)) && (await firstClaimOf(ledger, of)) === claimId;
  } catch (error) {
    if (isDeleted(error)) return true;
    throw error;
  }
}

type Standing = { runId: string; attempt: number; pid: number };

/** Stopped processes that work in the folder of an attempt of these files, as runners do. */
function standingRunners(home: string): Standing[] {
  const runs = runFolder({ home, runId: "." });
  if (!existsSync(runs)) return [];
  const real = realpathSync(runs);
  return allProcesses().flatMap(({ pid, state }) => {
    const [id = "", number = "", ...more] = state === "T" ? relative(real, workingFolder(pid)).split(sep) : [];
    const runId = parseUuid(id);
    return runId === null || more.length > 0 || !/^[1-9]\d*$/.test(number) ? [] : [{ runId, attempt: +number, pid }];
  });
}

/** The root for one that is gone, or not ours to ask. */
function workingFolder(pid: number): string {
  try {
    return readlinkSync(join("/proc", `${pid}`, "cwd"));
  } catch {
    return sep;
  }
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
