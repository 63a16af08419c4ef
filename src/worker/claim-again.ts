// What a worker does for one run while it has no attempt of it: it waits for the time of the next try and for room under
// the limits over all workers, and claims it. Whoever else is faster, or changes the run meanwhile, is let.

import { type Claim, overdueAtMs, type RunCommand } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import { newClaimId } from "../core/ids.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { placeOfClaims } from "./reach.ts";

/** Who claims, and where. */
type Claimer = { id: string; ledger: Ledger };

/** How long one wait for news of the ledger lasts at most; then the waiter looks whether it is still wanted. */
const changeWaitMs = 1_000;

/** A new identity for a claim by this worker. */
export function newClaim({ id, ledger }: Claimer): Claim {
  return { worker: id, place: placeOfClaims(ledger), claimId: newClaimId() };
}

/** Waits until the policy allows another attempt, then claims it; a cancel meanwhile ends the wait. */
export async function claimAgain(by: Claimer, run: Run): Promise<Run> {
  const { ledger } = by;
  const nowMs = Date.now();
  const waitMs = run.notBefore === null ? 0 : Date.parse(run.notBefore) - nowMs;
  if (waitMs > 0) return afterChange(ledger, run, Math.min(waitMs, changeWaitMs));
  const dueMs = overdueAtMs(run);
  const claim: RunCommand = { type: "claim", ...newClaim(by) };
  // Whether it is overdue is for the ledger's clock to say, which may be behind this one.
  const commands: RunCommand[] = dueMs !== null && nowMs >= dueMs ? [{ type: "expire" }, claim] : [claim];
  for (const command of commands) {
    try {
      return (await ledger.execute(run.id, command, "worker")).run;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  // Another worker was faster, or a person changed the run: what is true now decides. Where it has not changed, it is too
  // early by the ledger's clock, or a limit has no room: whatever ends may make some.
  return afterChange(ledger, run);
}

function isRefusal(error: unknown): boolean {
  return error instanceof RunledgerError && ["run.illegal-move", "run.no-slot"].includes(error.code);
}

/** The run as it is once something has changed, or after the time; nothing between the look and the wait is missed. */
export async function afterChange(ledger: Ledger, run: Run, timeoutMs = changeWaitMs): Promise<Run> {
  const since = ledger.changeMark();
  const now = await needRun(ledger, run.id);
  if (now.seq !== run.seq) return now;
  await ledger.waitForChange({ since, timeoutMs });
  return needRun(ledger, run.id);
}

/** @throws RunledgerError `run.not-found`, `run.deleted` */
export async function needRun(ledger: Ledger, runId: string): Promise<Run> {
  const run = await ledger.getRun(runId);
  if (run === null) throw new RunledgerError("run.not-found", `there is no run ${runId}`);
  return run;
}
