// Settling: whoever opens a ledger on this host first looks after attempts whose supervisor is gone. A runner that is
// gone too is concluded with the evidence that is left; one that lives is left alone, and what it wrote is taken.

import { liveAttempt } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import type { WorkerEntry } from "../core/queue-view.ts";
import type { Run } from "../core/run.ts";
import type { Ledger, LiveAttempt } from "../ledger/ledger.ts";
import { isSamePlace } from "../protocol/process.ts";
import { attemptFolder } from "./attempt-folder.ts";
import { isAlive, processRef, readPlace } from "./process-facts.ts";
import { isInReach } from "./reach.ts";

export type Settled = {
  /** Runs whose attempt was concluded here. */
  concluded: string[];
  /** Runs whose runner lives without a supervisor. */
  unsupervised: string[];
  /** By run: journal lines that were taken here and now from a runner that lives. */
  linesTaken: Map<string, number>;
  /** Runs that could not be settled here, and why; the others were, all the same. */
  unsettled: { runId: string; why: string }[];
};

/** Overdue runs that one call ends at most. */
const overdueMax = 200;

/** Settles every attempt that nobody supervises. One indexed query when there is none. */
export async function settle(ledger: Ledger): Promise<Settled> {
  const settled: Settled = { concluded: [], unsupervised: [], linesTaken: new Map(), unsettled: [] };
  const gone = await goneSupervisors(ledger);
  const live = (await Promise.all(gone.map((worker) => ledger.liveAttempts(worker)))).flat();
  // First of all it is said of each that nobody supervises it, in one group: to settle them one by one takes longer.
  const mine = await Promise.all(live.map((attempt) => claimToSettle(ledger, attempt, settled)));
  for (const attempt of mine) {
    if (attempt === null) continue;
    await noting(settled, attempt.runId, async () => {
      const kind = await settleAttempt(ledger, attempt, settled);
      if (kind !== null) settled[kind].push(attempt.runId);
    });
  }
  for (const worker of gone) await forgetWorker(ledger, worker);
  await sayGone(ledger);
  await expireOverdue(ledger);
  return settled;
}

/**
 * Supervisors of unfinished attempts in reach whose process is gone. Where all share one host, another boot id means that
 * it was restarted.
 */
async function goneSupervisors(ledger: Ledger): Promise<string[]> {
  const here = (await ledger.supervisors()).filter(({ place }) => isInReach(ledger, place));
  const isFree = await Promise.all(here.map(({ worker }) => ledger.isLockFree(worker)));
  return here.filter((_, index) => isFree[index]).map(({ worker }) => worker);
}

/** Runs that have waited longer than their queue limit allows end so, whoever comes to see it. */
async function expireOverdue(ledger: Ledger): Promise<void> {
  for (const runId of await ledger.overdueRuns(overdueMax)) {
    await ledger.execute(runId, { type: "expire" }, "worker").catch((error: unknown) => {
      // It was claimed, cancelled or deleted meanwhile.
      if (!isLost(error) && !(error instanceof RunledgerError && error.code === "run.illegal-move")) throw error;
    });
  }
}

/** The attempt, once it is recorded that nobody supervises it; null if it is out of reach, settled or adopted by now. */
async function claimToSettle(ledger: Ledger, live: LiveAttempt, settled: Settled): Promise<LiveAttempt | null> {
  let isMine = false;
  await noting(settled, live.runId, async () => {
    if (!(await hasFilesHere(ledger, live))) return;
    await sayOrphaned(ledger, live);
    isMine = true;
  });
  return isMine ? live : null;
}

/** Of what hosts share, a supervisor tells its host, and the attempt alone where its files are. */
async function hasFilesHere(ledger: Ledger, { runId, claimId }: LiveAttempt): Promise<boolean> {
  if (ledger.takeoverAfterMs === null) return true;
  const run = await ledger.getRun(runId);
  const attempt = run === null ? null : liveAttempt(run, claimId);
  return attempt !== null && isInReach(ledger, attempt.place);
}

/** One attempt that cannot be settled, such as another user's, must not be in the way of everything else. */
async function noting(settled: Settled, runId: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isLost(error)) settled.unsettled.push({ runId, why: inWords(error) });
  }
}

/** Workers that take runs from the queue and are gone are no longer listed. */
async function sayGone(ledger: Ledger): Promise<void> {
  for (const entry of await ledger.listWorkers()) {
    const { worker } = entry;
    if (!(await ledger.isLockFree(worker))) continue;
    const evidence = await evidenceOfEnd(ledger, entry);
    if (evidence === null) continue;
    await ledger.record({ type: "worker.gone", data: { worker, evidence } }, "worker");
    await forgetWorker(ledger, worker);
  }
}

/**
 * What shows that a worker whose lock is free is gone; null if it may live. On one host its lock ends with its process.
 * Where hosts share a ledger it ends with a connection, too, which a living worker may lose and have again: then its
 * process has to be gone, or, where nothing can be looked at, the worker silent.
 */
async function evidenceOfEnd(ledger: Ledger, { worker, place, pid }: WorkerEntry): Promise<string | null> {
  const { takeoverAfterMs } = ledger;
  if (takeoverAfterMs === null) return "its lock is free";
  if (isSamePlace(place, readPlace()) && !isRunning(pid)) return `its lock is free, and its process ${pid} is gone`;
  const isSilent = (await ledger.silentWorkers()).includes(worker);
  return isSilent ? `its lock is free, and it was not heard of for ${takeoverAfterMs / 1000} s` : null;
}

/** Whether there is such a process here, be it another one by now. */
function isRunning(pid: number): boolean {
  const ref = processRef(pid);
  return ref !== null && isAlive(ref);
}

/** What a dead worker has left of its lock goes, once no attempt that might be looked at names it. */
async function forgetWorker(ledger: Ledger, worker: string): Promise<void> {
  if ((await ledger.liveAttempts(worker)).length > 0) return;
  // A lock that may not be removed, being another user's, counts as free all the same.
  await ledger.forgetLock(worker).catch(() => undefined);
}

/** True if somebody came first and has settled it. */
function isLost(error: unknown): boolean {
  return error instanceof RunledgerError && ["run.claim-lost", "run.deleted"].includes(error.code);
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function settleAttempt(
  ledger: Ledger,
  live: LiveAttempt,
  { linesTaken }: Settled,
): Promise<"concluded" | "unsupervised" | null> {
  // Loaded where there is something to do, which is rare: every command settles first, and all of them wait for it.
  const { concludeAttempt, intakeOf, isRunnerThere, readRunnerFacts } = await import("./conclude.ts");
  const { runId, attempt, claimId } = live;
  const folder = attemptFolder({ home: ledger.home, runId, attempt });
  const run = await ledger.getRun(runId);
  // Whoever was faster may have concluded it, and the run may be in its next attempt by now.
  const mine = run === null ? null : liveAttempt(run, claimId);
  if (run === null || mine === null) return null;
  const facts = readRunnerFacts(folder);
  if (isRunnerThere(ledger, folder, facts)) {
    const intake = await intakeOf({ ledger, runId, attempt, claimId, folder });
    const known = intake.state.cursor.n;
    await intake.pump();
    linesTaken.set(runId, intake.state.cursor.n - known);
    return "unsupervised";
  }
  const intake = await intakeOf({ ledger, runId, attempt, claimId, folder });
  const done = await concludeAttempt({
    ledger,
    run,
    attempt: mine,
    folder,
    seenBy: "conclusion",
    intake,
    exit: null,
    killedFor: null,
    memory: null,
    note: noteOf(run, facts?.pid ?? null, facts?.place.bootId ?? null),
  });
  return done === null ? "unsupervised" : "concluded";
}

async function sayOrphaned(ledger: Ledger, live: LiveAttempt): Promise<void> {
  if (live.orphanedAt !== null) return;
  const evidence = `the lock of worker ${live.worker} is free`;
  await ledger.execute(live.runId, { type: "orphan", claimId: live.claimId, evidence }, "worker");
}

function noteOf(run: Run, pid: number | null, bootId: string | null): string {
  if (pid === null) return "no runner was ever handed this attempt; its supervisor's lock is free";
  const boot = bootId === readPlace().bootId ? "boot id same" : "host restarted since";
  return `pid ${pid} no longer runs (its lock is free) · supervisor's lock free · ${boot} · run was ${run.status}`;
}
