// Settling: whoever opens a ledger on this host first looks after attempts whose supervisor is gone. A runner that is
// gone too is concluded with the evidence that is left; one that lives is left alone, and what it wrote is taken.

import { liveAttempt } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import type { Run } from "../core/run.ts";
import type { Ledger, LiveAttempt } from "../ledger/ledger.ts";
import { attemptFolder } from "./attempt-folder.ts";
import { readPlace } from "./process-facts.ts";

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

/** Settles every attempt that nobody supervises. One indexed query when there is none. */
export async function settle(ledger: Ledger): Promise<Settled> {
  const settled: Settled = { concluded: [], unsupervised: [], linesTaken: new Map(), unsettled: [] };
  const freeWorkers = new Map<string, boolean>();
  for (const live of await ledger.liveAttempts()) {
    const isFree = freeWorkers.get(live.worker) ?? (await ledger.isLockFree(live.worker));
    freeWorkers.set(live.worker, isFree);
    if (!isFree) continue;
    try {
      const kind = await settleAttempt(ledger, live, settled);
      if (kind !== null) settled[kind].push(live.runId);
    } catch (error) {
      // One attempt that cannot be settled, such as another user's, must not be in the way of everything else.
      if (!isLost(error)) settled.unsettled.push({ runId: live.runId, why: inWords(error) });
    }
  }
  for (const [worker, isFree] of freeWorkers) if (isFree) await forgetWorker(ledger, worker);
  return settled;
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
  await sayOrphaned(ledger, live);
  const facts = readRunnerFacts(folder);
  if (isRunnerThere(folder, facts)) {
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
