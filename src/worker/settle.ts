// Settling: whoever opens a ledger on this host first looks after attempts whose supervisor is gone. A runner that is
// gone too is concluded with the evidence that is left; one that lives is left alone, and what it wrote is taken.

import { RunledgerError } from "../core/errors.ts";
import type { Run } from "../core/run.ts";
import type { Ledger, LiveAttempt } from "../ledger/ledger.ts";
import { isFileLockFree } from "../protocol/file-lock.ts";
import { attemptFolder } from "./attempt-folder.ts";
import { concludeAttempt, forestallRunner, intakeOf, readRunnerFacts } from "./conclude.ts";
import { readPlace } from "./process-facts.ts";

export type Settled = {
  /** Runs whose attempt was concluded here. */
  concluded: string[];
  /** Runs whose runner lives without a supervisor. */
  unsupervised: string[];
};

/** Settles every attempt that nobody supervises. One indexed query when there is none. */
export async function settle(ledger: Ledger): Promise<Settled> {
  const settled: Settled = { concluded: [], unsupervised: [] };
  const freeWorkers = new Map<string, boolean>();
  for (const live of await ledger.liveAttempts()) {
    const isFree = freeWorkers.get(live.worker) ?? (await ledger.isLockFree(live.worker));
    freeWorkers.set(live.worker, isFree);
    if (!isFree) continue;
    const kind = await orIfLost(settleAttempt(ledger, live));
    if (kind !== null) settled[kind].push(live.runId);
  }
  return settled;
}

/** Somebody who came first has settled it: then there is nothing left to do. */
async function orIfLost<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RunledgerError && (error.code === "run.claim-lost" || error.code === "run.deleted"))
      return null;
    throw error;
  }
}

async function settleAttempt(ledger: Ledger, live: LiveAttempt): Promise<keyof Settled | null> {
  const { runId, attempt, claimId } = live;
  const folder = attemptFolder({ home: ledger.home, runId, attempt });
  await sayOrphaned(ledger, live);
  const facts = readRunnerFacts(folder);
  if (facts !== null && !isFileLockFree(facts.lock)) {
    await (await intakeOf({ ledger, runId, attempt, claimId, folder })).pump();
    return "unsupervised";
  }
  forestallRunner(folder);
  const run = await ledger.getRun(runId);
  if (run?.attempt === null || run === null) return null;
  const intake = await intakeOf({ ledger, runId, attempt, claimId, folder });
  const done = await concludeAttempt({
    ledger,
    run,
    attempt: run.attempt,
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
