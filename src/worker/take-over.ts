// Taking over from a worker out of reach that has not been heard of for so long that its runners have ended themselves.
// What a runner has finished counts where its files lie here, as after a restart of this host. Otherwise nothing of it can
// be looked at: the contract is the evidence, and the ending is marked unconfirmed.

import type { Ending } from "../core/conclude-attempt.ts";
import { liveAttempt } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import type { Ledger, LiveAttempt } from "../ledger/ledger.ts";
import { attemptFolder } from "./attempt-folder.ts";
import { isPassingFault } from "./passing-fault.ts";

/** Ends the attempts of workers that are silent. @returns the runs; the policy may have queued them again. */
export async function takeOverSilent(ledger: Ledger): Promise<string[]> {
  const taken: string[] = [];
  // Where all share one host nobody is out of reach, and a server looks after its own ledger.
  if (ledger.takeoverAfterMs === null) return taken;
  for (const worker of await ledger.silentWorkers()) {
    for (const live of await ledger.liveAttempts(worker)) {
      try {
        if (!(await concludeFinished(ledger, live))) await concludeSilent(ledger, live);
        taken.push(live.runId);
      } catch (error) {
        // It was heard of after all, or somebody else came first, and deleted it if that was asked for.
        if (!isOver(error)) throw error;
      }
    }
    // What it has left of its lock was needed until here.
    await ledger.forgetLock(worker).catch(() => undefined);
  }
  return taken;
}

/** Concludes an attempt by what its runner has finished, whatever happened after that. False if that is not to be seen. */
async function concludeFinished(ledger: Ledger, { runId, attempt, claimId }: LiveAttempt): Promise<boolean> {
  const { concludeAttempt, intakeOf, readRunnerFacts } = await import("./conclude.ts");
  const folder = attemptFolder({ home: ledger.home, runId, attempt });
  try {
    const run = await ledger.getRun(runId);
    const mine = run === null ? null : liveAttempt(run, claimId);
    if (run === null || mine === null || readRunnerFacts(folder) === null) return false;
    const intake = await intakeOf({ ledger, runId, attempt, claimId, folder });
    await intake.pump();
    if (intake.state.finish === null) return false;
    const note = `${silence(ledger, mine.worker)}; its runner had finished`;
    const nothingElse = { exit: null, killedFor: null, memory: null, note };
    const seen = { seenBy: "conclusion" as const, intake, ...nothingElse };
    return (await concludeAttempt({ ledger, run, attempt: mine, folder, ...seen })) !== null;
  } catch (error) {
    if (isOver(error) || isPassingFault(error)) throw error;
    // Files that cannot be read, or are not what the ledger has taken from them, say nothing.
    return false;
  }
}

async function concludeSilent(ledger: Ledger, { runId, attempt, claimId, worker }: LiveAttempt): Promise<void> {
  const message = `${silence(ledger, worker)}, and cannot be looked at from here; its runners end themselves before that`;
  const conclusion = { runId, attempt, claimId, actor: "worker", ending: silentEnding(message) };
  await ledger.conclude({ ...conclusion, finishCursor: null });
}

function silence({ takeoverAfterMs }: Ledger, worker: string): string {
  const seconds = Math.round((takeoverAfterMs ?? 0) / 1000);
  return `worker ${worker} was not heard of for ${seconds} s`;
}

/** What is said of an attempt that is another's, or nobody's, by now. */
function isOver(error: unknown): boolean {
  return error instanceof RunledgerError && ["run.claim-lost", "run.deleted"].includes(error.code);
}

function silentEnding(message: string): Ending {
  return {
    fact: "silent",
    error: { code: "runner.gone", origin: "worker", message },
    checkpoint: null,
    isByCancel: false,
    evidence: {
      ...{ fact: "silent", seenBy: "conclusion", killedFor: null, note: message },
      ...{ finish: null, exit: null, containment: null, memory: null, journal: null, lastStderr: null },
    },
  };
}
