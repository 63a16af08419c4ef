// A run through its attempts: claimed, handed to a runner, supervised, concluded; and an attempt whose supervisor is
// gone, adopted. Everything here works for one worker, its site.

import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Claim, liveAttempt } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import type { ProcessRef } from "../core/events.ts";
import { isTerminal } from "../core/moves.ts";
import type { Attempt, Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { journalStart } from "../protocol/journal.ts";
import type { RunnerFacts } from "../protocol/spec.ts";
import { claimBefore, greetRunner, ranS } from "./adopt.ts";
import { attemptFolder } from "./attempt-folder.ts";
import { begin, type StartingPlace } from "./begin-attempt.ts";
import { afterChange, claimAgain, needRun, newClaim } from "./claim-again.ts";
import { firstClaimOf, isAttemptOver, isClaimLost, unlessLost } from "./claim-lost.ts";
import { type ConcludeOptions, concludeAttempt, readRunnerFacts } from "./conclude.ts";
import { killTree } from "./containment.ts";
import { isCorrupt } from "./ingest.ts";
import { faultWatch } from "./moved-ledger.ts";
import { isInReach } from "./reach.ts";
import { isElsewhere } from "./runner-lock.ts";
import { settle } from "./settle.ts";
import type { Exit } from "./spare-runners.ts";
import { supervise } from "./supervise.ts";
import type { Supervised, Watched } from "./supervised.ts";
import { takeOverSilent } from "./take-over.ts";

/** Where attempts are worked on: one worker of one process. */
export type Site = StartingPlace & {
  /** The worker's id. */
  id: string;
  /** How long the end of a run waits for a ledger's folder that is moved away, milliseconds; null without end. */
  movedMsMax: number | null;
  /**
   * How runners that were started here end, until their attempts are concluded: should a fault break the supervision off,
   * whoever goes on with it here still collects the exit.
   */
  exits: Map<string, Promise<Exit>>;
  /** Called when an attempt was found to be another's, so that what was still to be written of it was refused. */
  onRefused: (runId: string) => void;
};

/** How long to wait for processes that were killed because the claim was gone, milliseconds. */
const droppedGoneMsMax = 10_000;
/** Between two looks at a tree that will not die. */
const lingeringLookMs = 1_000;

/** Supervises a run that this worker has claimed through all its attempts, until it is terminal or paused, or left. */
export async function runToEnd(site: Site, runId: string, env: Record<string, string>): Promise<Run> {
  let run = await needRun(site.ledger, runId);
  while (!isOver(run) && !site.leave.aborted) {
    const held = heldAttempt(site, run);
    if (held !== null) {
      run = await startAttempt(site, run, held, env);
    } else if (run.status === "queued") {
      run = await claimAgain(site, run);
    } else {
      run = await followOther(site, run);
    }
  }
  return run;
}

/**
 * Supervises the one attempt of the run that this worker has just claimed; what comes after it is for the queue.
 * @returns the run as it is then
 */
export async function runOnce(site: Site, run: Run, env: Record<string, string>): Promise<Run> {
  const held = heldAttempt(site, run);
  return held === null ? run : startAttempt(site, run, held, env);
}

function heldAttempt({ id }: Site, { attempt }: Run): Attempt | null {
  return attempt !== null && attempt.outcome === null && attempt.worker === id ? attempt : null;
}

function isOver(run: Run): boolean {
  return isTerminal(run.status) || run.status === "paused";
}

/** Somebody else has the attempt now: its end is read like everybody's. Should that one be gone, nobody else may see it. */
async function followOther(site: Site, run: Run): Promise<Run> {
  const { ledger } = site;
  if (run.attempt !== null && (await ledger.isLockFree(run.attempt.worker))) {
    const adopted = await adoptOnce(site, run.id);
    if (adopted !== null) return adopted;
    // Its runner is gone, too, or somebody was faster.
    await settle(ledger);
  }
  // It may be out of reach, or its worker stopped, and nobody may have heard of that for long.
  await takeOverSilent(ledger);
  return afterChange(ledger, run);
}

async function startAttempt(site: Site, run: Run, attempt: Attempt, env: Record<string, string>): Promise<Run> {
  const { ledger } = site;
  const begun = await begin(site, run, attempt, env);
  if ("run" in begun) return begun.run;
  const { ref, exited } = begun.runner;
  site.exits.set(nameOf(ref), exited);
  const folder = attemptFolder({ home: ledger.home, runId: run.id, attempt: attempt.number });
  const supervised = { ledger, run, attempt, folder, cursor: journalStart, ref, facts: null, exited, ranBeforeS: 0 };
  return toConclusion(site, { ...supervised, ...newsOf(site), isTakenUp: false });
}

function nameOf({ pid, startTicks }: ProcessRef): string {
  return `${pid} ${startTicks}`;
}

function newsOf({ followOrders, leave, lease }: Site): Pick<Supervised, "followOrders" | "leave" | "lease"> {
  return { followOrders, leave, lease };
}

/**
 * Adopts the attempt of a run whose supervisor is gone and goes on with the run to its end; null if there is nothing to
 * adopt. `env` is for the attempts that the policy may start after it.
 */
export async function adoptToEnd(site: Site, runId: string, env: Record<string, string>): Promise<Run | null> {
  const done = await adoptOnce(site, runId);
  return done === null || isOver(done) ? done : runToEnd(site, runId, env);
}

/**
 * Adopts an attempt and supervises it to its end, and no attempt after it; null if there is nothing to adopt.
 * @throws RunledgerError `ledger.copied` where its runner works for another ledger
 * @param onAdopted Called with the run once the attempt is this worker's: of two adopters one loses.
 */
export async function adoptOnce(
  site: Site,
  runId: string,
  onAdopted: (run: Run) => void = () => undefined,
): Promise<Run | null> {
  const { ledger } = site;
  const live = await orphanOf(ledger, runId);
  if (live === null) return null;
  const folder = attemptFolder({ home: ledger.home, runId, attempt: live.number });
  const facts = readRunnerFacts(folder);
  if (facts !== null) refuseElsewhere(ledger, runId, facts);
  const claim = newClaim(site);
  const run = await takeOver(ledger, { runId, live, claim, who: facts === null ? "no runner" : `pid ${facts.pid}` });
  if (run?.attempt == null) return null;
  onAdopted(run);
  // A lock that may not be removed, being another user's, counts as free all the same.
  await ledger.forgetLock(live.worker).catch(() => undefined);
  const ids = { runId, attempt: live.number, claimId: claim.claimId, fromClaimId: live.claimId };
  const greeted = await greetRunner({ ledger, ...ids, folder, facts, leave: site.leave });
  return goOnWith(site, { run, attempt: run.attempt, folder, ...greeted });
}

/**
 * Goes on with an attempt that is this worker's by this claim and that nothing here supervises: a fault broke that off,
 * or the answer to the claim was lost. It is supervised to its end, and no attempt after it.
 * @returns null if the claim has ended, or is another's by now
 */
export async function takeUpAgain(site: Site, of: { runId: string; claimId: string }): Promise<Run | null> {
  const { ledger } = site;
  const run = await ledger.getRun(of.runId);
  const attempt = run === null ? null : liveAttempt(run, of.claimId);
  if (run === null || attempt?.worker !== site.id) return null;
  const folder = attemptFolder({ home: ledger.home, runId: run.id, attempt: attempt.number });
  // If no runner has begun, none does any more. One that was adopted may not have heard of it when the fault came.
  const fromClaimId = await claimBefore(ledger, run, attempt);
  const ids = { runId: run.id, attempt: attempt.number, claimId: attempt.claimId, fromClaimId };
  const greeted = await greetRunner({ ledger, ...ids, folder, facts: null, leave: site.leave });
  return goOnWith(site, { run, attempt, folder, ...greeted });
}

/** Supervises an attempt that somebody has begun; its runner may be gone by now. */
function goOnWith(site: Site, of: Pick<Supervised, "run" | "attempt" | "folder" | "facts" | "cursor">): Promise<Run> {
  const { facts } = of;
  const ref = facts ?? { pid: 0, startTicks: 0 };
  const runner = { ref, ranBeforeS: ranS(facts), exited: site.exits.get(nameOf(ref)) ?? null };
  return toConclusion(site, { ...of, ledger: site.ledger, ...runner, ...newsOf(site), isTakenUp: true });
}

/** Who adopted it here would only stop what somebody else supervises: it hears and tells nothing of a copy's files. */
function refuseElsewhere(ledger: Ledger, runId: string, facts: RunnerFacts): void {
  if (!isElsewhere(ledger.home, facts)) return;
  const where = dirname(dirname(facts.lock));
  throw new RunledgerError(
    "ledger.copied",
    `run ${runId}: pid ${facts.pid} works for ${where}, of which this is a copy`,
  );
}

/** The attempt of this run that nobody supervises, or null. */
async function orphanOf(ledger: Ledger, runId: string): Promise<Attempt | null> {
  const attempt = (await ledger.getRun(runId))?.attempt ?? null;
  if (attempt === null || attempt.outcome !== null) return null;
  // Others wait and take over.
  if (!isInReach(ledger, attempt.place)) return null;
  return (await ledger.isLockFree(attempt.worker)) ? attempt : null;
}

/** Compare-and-set on the claim: of two adopters one loses. */
async function takeOver(
  ledger: Ledger,
  { runId, live, claim, who }: { runId: string; live: Attempt; claim: Claim; who: string },
): Promise<Run | null> {
  const evidence = `the lock of worker ${live.worker} is free; ${who}`;
  const adoption = { type: "adopt" as const, fromClaimId: live.claimId, evidence, ...claim };
  return (await unlessLost(ledger.execute(runId, adoption, "worker")))?.run ?? null;
}

/** Supervises until the runner is gone and writes the ending; a tree that will not die is looked at until it does. */
async function toConclusion(site: Site, of: Supervised): Promise<Run> {
  const run = await superviseAndConclude(site, of);
  site.exits.delete(nameOf(of.ref));
  return run;
}

async function superviseAndConclude(site: Site, of: Supervised): Promise<Run> {
  const { ledger, run, attempt, folder } = of;
  const watched = await supervise(of);
  if (watched.end === "claimLost") return drop(site, of, watched);
  if (watched.end === "left") return needRun(ledger, run.id);
  const note = of.exited === null ? "adopted: its exit could not be collected" : null;
  const throwUnlessPassing = faultWatch(run.id, site.movedMsMax);
  for (;;) {
    try {
      const concluded = await concludeWhole({ ledger, run, attempt, folder, seenBy: "supervisor", ...watched, note });
      if (concluded !== null) return concluded;
    } catch (error) {
      if (isClaimLost(error)) return refused(site, run.id);
      throwUnlessPassing(error);
    }
    if (site.leave.aborted) return needRun(ledger, run.id);
    await wait(lingeringLookMs);
  }
}

/** A ledger that has lost records by now, as by a failover, gets them again from the journal before the ending. */
async function concludeWhole(of: ConcludeOptions): Promise<Run | null> {
  try {
    return await concludeAttempt(of);
  } catch (error) {
    if (!isCorrupt(error) || !(await of.intake.goBack())) throw error;
    return concludeAttempt(of);
  }
}

/**
 * The claim is gone. Who has adopted the attempt has its runner. But what was stopped because it might be another's must
 * never go on, and what acts for an attempt that was ended without us, on a host that cannot see it, nobody else stops.
 */
async function drop(site: Site, of: Supervised, { isFrozen }: Pick<Watched, "isFrozen">): Promise<Run> {
  if (isFrozen || (await isNobodys(of))) await killDropped(of);
  return refused(site, of.run.id);
}

async function isNobodys({ ledger, run, attempt, facts, ref }: Supervised): Promise<boolean> {
  const ids = { runId: run.id, attempt: attempt.number };
  if (await isAttemptOver(ledger, ids)) return true;
  if (ref.pid === 0) return false;
  // A failover may have lost the claim; then another attempt has this number by now, and another runner.
  const first = await firstClaimOf(ledger, ids);
  return first !== null && first !== (facts?.claimId ?? attempt.claimId);
}

async function killDropped({ ref, attempt, folder }: Supervised): Promise<void> {
  const tree = { runner: ref, place: attempt.place, attemptDir: folder };
  await killTree(tree, { termMs: 0, goneMs: droppedGoneMsMax });
}

/** The attempt is somebody else's, and what is left to be written of it is theirs to write. */
async function refused({ ledger, onRefused }: Site, runId: string): Promise<Run> {
  onRefused(runId);
  return needRun(ledger, runId);
}
