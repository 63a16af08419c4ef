// A worker: the part of a process that claims runs and supervises their runners to the end. It holds a lock that dies
// with it, so that anybody can see whether it is still there.

import { setTimeout as wait } from "node:timers/promises";
import type { Claim } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import { newClaimId, newRunId } from "../core/ids.ts";
import { isTerminal } from "../core/moves.ts";
import type { Attempt, Run } from "../core/run.ts";
import type { Ledger, LiveAttempt } from "../ledger/ledger.ts";
import { journalStart } from "../protocol/journal.ts";
import { tellAdopted } from "./adopt.ts";
import { likelyWorkOf, makeAssignment } from "./assignment.ts";
import { attemptFolder } from "./attempt-folder.ts";
import { concludeAttempt, isRunnerThere, readRunnerFacts } from "./conclude.ts";
import { isPassingFault } from "./passing-fault.ts";
import { readPlace } from "./process-facts.ts";
import { keepSpares, type SpareRunners } from "./spare-runners.ts";
import { type Supervised, supervise } from "./supervise.ts";
import { nothingSeen, weighEvidence } from "./weigh-evidence.ts";

export type WorkerOptions = {
  ledger: Ledger;
  /** The runner's program. */
  runnerUrl: URL;
  /** Which build runs, for people and for the record: `dist (auto)`, `source`. */
  build: string;
  /** Runners booted ahead. */
  spares: number;
  /** Whether each spare taken is replaced at once. */
  keepsSpares?: boolean;
};

export type Worker = AsyncDisposable & {
  /** Its lock's id; never used again. */
  readonly id: string;
  /** Identity for a claim: give it to the command that queues or retries a run which this worker then supervises. */
  newClaim(): Claim;
  /**
   * Supervises a run that this worker has claimed through all its attempts, until it is terminal or paused. Retries
   * by policy are claimed again here. `env` goes to the runner through its pipe and lies in no file.
   */
  runToEnd(runId: string, options: { env: Record<string, string> }): Promise<Run>;
  /**
   * Adopts an attempt that nobody supervises, and goes on to its end. Null if there is nothing to adopt. `env` is for
   * the attempts that the policy may start after it.
   */
  adopt(runId: string, options?: { env: Record<string, string> }): Promise<Run | null>;
  close(): Promise<void>;
};

/** How long one wait for news of the ledger lasts at most; then the waiter looks whether it is still wanted. */
const changeWaitMs = 1_000;
/** Between two looks at a tree that will not die. */
const lingeringLookMs = 1_000;

/** Takes a lock in the ledger, says so there, and boots spare runners. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { ledger, runnerUrl, build } = options;
  const spares = keepSpares(
    { home: ledger.home, runnerUrl, build },
    { count: options.spares, isKept: options.keepsSpares ?? false },
  );
  const id = `worker-${newRunId()}`;
  const lock = await ledger.holdLock(id);
  await ledger.record({ type: "worker.started", data: { worker: id, place: readPlace(), pid: process.pid } }, "worker");
  const changes = followChanges(ledger);
  const site: Site = { ledger, id, spares, build, onLedgerChange: changes.subscribe };
  const close = async (): Promise<void> => {
    await spares.close();
    await changes.close();
    await lock.release();
  };
  return {
    id,
    newClaim: () => newClaim(id),
    runToEnd: (runId, { env }) => runToEnd(site, runId, env),
    adopt: (runId, { env } = { env: {} }) => adopt(site, runId, env),
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Site = {
  ledger: Ledger;
  id: string;
  build: string;
  spares: SpareRunners;
  onLedgerChange: Supervised["onLedgerChange"];
};

function newClaim(worker: string): Claim {
  return { worker, place: readPlace(), claimId: newClaimId() };
}

async function runToEnd(site: Site, runId: string, env: Record<string, string>): Promise<Run> {
  let run = await needRun(site.ledger, runId);
  while (!isOver(run)) {
    const { attempt } = run;
    if (attempt !== null && attempt.outcome === null && attempt.worker === site.id) {
      run = await startAttempt(site, run, attempt, env);
    } else if (run.status === "queued") {
      run = await claimAgain(site, run);
    } else {
      // Somebody else has the attempt now; its end is read like everybody's.
      run = await afterChange(site.ledger, run, changeWaitMs);
    }
  }
  return run;
}

function isOver(run: Run): boolean {
  return isTerminal(run.status) || run.status === "paused";
}

/** Waits until the policy allows another attempt, then claims it; a cancel meanwhile ends the wait. */
async function claimAgain({ ledger, id }: Site, run: Run): Promise<Run> {
  const waitMs = run.notBefore === null ? 0 : Date.parse(run.notBefore) - Date.now();
  if (waitMs > 0) return afterChange(ledger, run, Math.min(waitMs, changeWaitMs));
  const limitS = run.limits.queue_s;
  const isOverdue = limitS !== null && Date.now() - Date.parse(run.queuedSince) >= limitS * 1000;
  const command = isOverdue ? ({ type: "expire" } as const) : ({ type: "claim", ...newClaim(id) } as const);
  try {
    return (await ledger.execute(run.id, command, "worker")).run;
  } catch (error) {
    // Another worker was faster, or a person changed the run: what is true now decides.
    if (error instanceof RunledgerError && error.code === "run.illegal-move") return needRun(ledger, run.id);
    throw error;
  }
}

async function startAttempt(site: Site, run: Run, attempt: Attempt, env: Record<string, string>): Promise<Run> {
  const { ledger, spares } = site;
  const folder = attemptFolder({ home: ledger.home, runId: run.id, attempt: attempt.number });
  const assignment = await makeAssignment(site, run, attempt, env);
  const checkpoint = run.checkpoint === null ? null : await ledger.getBlob(run.checkpoint);
  const runner = spares.take(likelyWorkOf(assignment));
  if (!runner.handOver(assignment, checkpoint)) {
    void runner.discard();
    return giveBack(ledger, run, attempt);
  }
  const supervised = { ledger, run, attempt, folder, cursor: journalStart, ref: runner.ref, lock: runner.lock };
  return toConclusion({ ...supervised, exited: runner.exited, onLedgerChange: site.onLedgerChange });
}

/** The attempt's folder is there already: nothing ran for this claim, and the next attempt has another folder. */
async function giveBack(ledger: Ledger, run: Run, { number: attempt, claimId }: Attempt): Promise<Run> {
  const note = "its attempt folder was there already";
  const ending = weighEvidence({ ...nothingSeen, status: "starting", by: "supervisor", note });
  const conclusion = { runId: run.id, attempt, claimId, actor: "worker", ending, finishCursor: null };
  return (await unlessLost(ledger.conclude(conclusion)))?.run ?? needRun(ledger, run.id);
}

/** Null if the claim is another's by now. */
async function unlessLost<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isClaimLost(error)) return null;
    throw error;
  }
}

function isClaimLost(error: unknown): boolean {
  return error instanceof RunledgerError && error.code === "run.claim-lost";
}

async function adopt(site: Site, runId: string, env: Record<string, string>): Promise<Run | null> {
  const { ledger } = site;
  const live = (await ledger.liveAttempts()).find((candidate) => candidate.runId === runId);
  if (live === undefined || !(await ledger.isLockFree(live.worker))) return null;
  const folder = attemptFolder({ home: ledger.home, runId, attempt: live.attempt });
  const facts = readRunnerFacts(folder);
  const claim = newClaim(site.id);
  const run = await takeOver(ledger, live, claim, facts === null ? "no runner" : `pid ${facts.pid}`);
  if (run?.attempt == null) return null;
  await ledger.forgetLock(live.worker);
  const isThere = isRunnerThere(folder, facts);
  if (isThere) await tellAdopted(folder, { claimId: claim.claimId, fromClaimId: live.claimId });
  const cursor = await ledger.journalCursor(runId, live.attempt);
  const runner = { ref: facts ?? { pid: 0, startTicks: 0 }, lock: facts?.lock ?? "" };
  const supervised = { ledger, run, attempt: run.attempt, folder, cursor, ...runner };
  const done = await toConclusion({ ...supervised, exited: null, onLedgerChange: site.onLedgerChange });
  return isOver(done) ? done : runToEnd(site, runId, env);
}

/** Compare-and-set on the claim: of two adopters one loses. */
async function takeOver(ledger: Ledger, live: LiveAttempt, claim: Claim, who: string): Promise<Run | null> {
  const evidence = `the lock of worker ${live.worker} is free; ${who}`;
  const adoption = { type: "adopt" as const, fromClaimId: live.claimId, evidence, ...claim };
  return (await unlessLost(ledger.execute(live.runId, adoption, "worker")))?.run ?? null;
}

/** Supervises until the runner is gone and writes the ending; a tree that will not die is looked at until it does. */
async function toConclusion(of: Supervised): Promise<Run> {
  const { ledger, run, attempt, folder } = of;
  const watched = await supervise(of);
  if (watched.end === "claimLost") return needRun(ledger, run.id);
  const { intake, exit, killedFor, memory } = watched;
  const note = of.exited === null ? "adopted: its exit could not be collected" : null;
  const seen = { intake, exit, killedFor, memory, note };
  for (;;) {
    try {
      const concluded = await concludeAttempt({ ledger, run, attempt, folder, seenBy: "supervisor", ...seen });
      if (concluded !== null) return concluded;
    } catch (error) {
      if (isClaimLost(error)) return needRun(ledger, run.id);
      if (!isPassingFault(error)) throw error;
    }
    await wait(lingeringLookMs);
  }
}

/** The run as it is once something has changed, or after the time; nothing between the look and the wait is missed. */
async function afterChange(ledger: Ledger, run: Run, timeoutMs: number): Promise<Run> {
  const since = ledger.changeMark();
  const now = await needRun(ledger, run.id);
  if (now.seq !== run.seq) return now;
  await ledger.waitForChange({ since, timeoutMs });
  return needRun(ledger, run.id);
}

async function needRun(ledger: Ledger, runId: string): Promise<Run> {
  const run = await ledger.getRun(runId);
  if (run === null) throw new RunledgerError("run.not-found", `there is no run ${runId}`);
  return run;
}

/** One waiter for news of the ledger, shared by all attempts that this worker supervises. */
function followChanges(ledger: Ledger): { subscribe: Supervised["onLedgerChange"]; close: () => Promise<void> } {
  const callbacks = new Set<() => void>();
  const stop = new AbortController();
  const loop = async (): Promise<void> => {
    let since = ledger.changeMark();
    while (!stop.signal.aborted) {
      const isChanged = await ledger.waitForChange({ since, timeoutMs: changeWaitMs, signal: stop.signal });
      since = ledger.changeMark();
      if (isChanged) for (const callback of callbacks) callback();
    }
  };
  const done = loop();
  return {
    subscribe(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    async close() {
      stop.abort();
      await done;
    },
  };
}
