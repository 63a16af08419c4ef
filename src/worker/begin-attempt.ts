// The beginning of an attempt: its claim is handed to a runner. Where that cannot be, nothing has run for it, and it does
// not stay with this worker: the claim is given back or, where no worker could ever begin the run, the run has failed.

import { setTimeout as wait } from "node:timers/promises";
import type { Ending } from "../core/conclude-attempt.ts";
import { liveAttempt } from "../core/decide.ts";
import { problemOf, RunledgerError } from "../core/errors.ts";
import { isActive } from "../core/moves.ts";
import type { Attempt, Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { likelyWorkOf, makeAssignment } from "./assignment.ts";
import { unlessLost } from "./claim-lost.ts";
import type { Lease } from "./lease.ts";
import { isPassingFault } from "./passing-fault.ts";
import type { Runner, SpareRunners } from "./spare-runners.ts";
import type { Supervised } from "./supervised.ts";
import { nothingSeen, weighEvidence } from "./weigh-evidence.ts";

/** Where attempts are begun. */
export type StartingPlace = Pick<Supervised, "ledger" | "followOrders" | "leave"> & {
  build: string;
  spares: SpareRunners;
  lease: Lease;
};

/** What lies in the way of a hand-over; `error` if it lies in the way of every worker, `isPassing` if it may go away. */
type Obstacle = { note: string; isPassing: boolean; error: Ending["error"] };

/** How long a claim is kept at first that could not be handed over, milliseconds. */
const startAgainMs = 1_000;
/** Between two looks whether the ledger has this worker again, milliseconds. */
const doubtLookMs = 100;

/** Gives the attempt to a runner. @returns that; or, where it could not be begun, the run without this attempt */
export async function begin(
  at: StartingPlace,
  run: Run,
  attempt: Attempt,
  env: Record<string, string>,
): Promise<{ runner: Runner } | { run: Run }> {
  const handed = await handOver(at, run, attempt, env);
  if ("runner" in handed) return handed;
  if (handed.isPassing) await waitForBetter(at, run, attempt);
  return { run: await endUnbegun(at.ledger, run, attempt, handed) };
}

/** Takes a runner and gives it the attempt. A folder that is there already is of an attempt that was concluded. */
async function handOver(
  at: StartingPlace,
  run: Run,
  attempt: Attempt,
  env: Record<string, string>,
): Promise<{ runner: Runner } | Obstacle> {
  let runner: Runner | null = null;
  try {
    const assignment = await makeAssignment(at, run, attempt, env);
    const checkpoint = run.checkpoint === null ? null : await checkpointOf(at.ledger, run.id, run.checkpoint);
    if (!(await isStillOurs(at, run, attempt))) return lostBefore;
    runner = at.spares.take(likelyWorkOf(assignment));
    if (runner.handOver(assignment, checkpoint)) return { runner };
    letGo(runner);
    return { note: "its attempt folder was there already", isPassing: false, error: null };
  } catch (error) {
    if (runner !== null) letGo(runner);
    return obstacleOf(error);
  }
}

/** @throws RunledgerError `ledger.damaged` if it is missing: begun without it, the run would do its steps again */
async function checkpointOf(ledger: Ledger, runId: string, digest: string): Promise<Uint8Array> {
  const bytes = await ledger.getBlob(digest);
  if (bytes === null) throw new RunledgerError("ledger.damaged", `the checkpoint ${digest} of run ${runId} is missing`);
  return bytes;
}

const lostBefore: Obstacle = { note: "no runner had it before its worker left", isPassing: false, error: null };

/**
 * Where hosts share a ledger, a worker that was away from it while it got ready may have been taken for gone: a runner that
 * it began then would act beside another host's. So it asks once more, and believes the answer when it is not in doubt.
 */
async function isStillOurs(
  { ledger, lease, leave }: StartingPlace,
  { id }: Run,
  { claimId }: Attempt,
): Promise<boolean> {
  if (ledger.takeoverAfterMs === null) return true;
  for (;;) {
    const wasDoubtful = lease.isDoubtful();
    const now = await ledger.getRun(id);
    if (now === null || liveAttempt(now, claimId) === null) return false;
    if (!wasDoubtful && !lease.isDoubtful()) return true;
    if (leave.aborted) return false;
    await wait(doubtLookMs, undefined, { signal: leave }).catch(() => undefined);
  }
}

/** What the ledger lacks or refuses, it does for every worker; anything else may be the matter with this one alone. */
function obstacleOf(error: unknown): Obstacle {
  const note = `it could not be handed over: ${error instanceof Error ? error.message : error}`;
  const isForAll = error instanceof RunledgerError && !isPassingFault(error);
  if (!isForAll) return { note, isPassing: true, error: null };
  const { code, detail } = problemOf(error);
  return { note, isPassing: false, error: { code, origin: "worker", message: detail } };
}

/** What cannot be removed of a runner that was never used is found by the next worker. */
function letGo(runner: Runner): void {
  runner.discard().catch(() => undefined);
}

/**
 * A worker that can start nothing must not fail all that waits within seconds: it takes longer each time. Somebody who
 * wants the run to stop meanwhile does not wait; a ledger that cannot be read asks for nothing.
 */
async function waitForBetter(at: StartingPlace, { id, givenBackInRow }: Run, { claimId }: Attempt): Promise<void> {
  const asked = new AbortController();
  const look = async (): Promise<void> => {
    const run = await at.ledger.getRun(id).catch(() => null);
    if (run !== null && (run.status !== "starting" || run.attempt?.claimId !== claimId)) asked.abort();
  };
  const unfollow = at.followOrders({ runId: id, claimId }, () => void look());
  await look();
  const signal = AbortSignal.any([at.leave, asked.signal]);
  await wait(startAgainMs * 3 ** givenBackInRow, undefined, { signal }).then(unfollow, unfollow);
}

/** Nothing ran for this claim, and the next attempt has another folder. */
async function endUnbegun(
  ledger: Ledger,
  before: Run,
  { number: attempt, claimId }: Attempt,
  { note, error }: Obstacle,
): Promise<Run> {
  const run = (await ledger.getRun(before.id)) ?? before;
  if (!isActive(run.status)) return run;
  const unbegun = weighEvidence({ ...nothingSeen, status: run.status, by: "supervisor", note });
  // The evidence stays what was seen: nothing ran. That the run has failed all the same is for the tables to say.
  const ending: Ending = error === null ? unbegun : { ...unbegun, fact: "exit", error };
  const conclusion = { runId: run.id, attempt, claimId, actor: "worker", ending, finishCursor: null };
  return (await unlessLost(ledger.conclude(conclusion)))?.run ?? (await ledger.getRun(run.id)) ?? run;
}
