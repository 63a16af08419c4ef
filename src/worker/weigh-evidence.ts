// Which evidence of an attempt's end wins, in this order: a whole finish record in an unbroken journal; a death that we
// caused, by its reason; an exit that a supervisor collected; gone without anybody seeing the end. Pure.

import type { Ending } from "../core/conclude-attempt.ts";
import { type Evidence, type RunError, runErrorSchema } from "../core/events.ts";
import { type ActiveStatus, factMoves } from "../core/moves.ts";
import type { Finish, WatchdogVerdict } from "../protocol/spec.ts";
import type { Exit } from "./spare-runners.ts";

/** What somebody saw, after the journal was read to its end and the tree was seen gone. */
export type Seen = {
  status: ActiveStatus;
  by: Evidence["seenBy"];
  hasJournal: boolean;
  finish: { says: Finish; at: string } | null;
  fault: string | null;
  /** Why we killed it: the first reason counts. */
  killedFor: { reason: "cancel" | "start" } | { reason: "limit"; error: RunError } | null;
  watchdog: WatchdogVerdict | null;
  exit: Exit | null;
  containment: Evidence["containment"];
  memory: Evidence["memory"];
  journal: Evidence["journal"];
  lastStderr: string | null;
  note: string | null;
};

/** What is known before anybody has looked. */
export const nothingSeen: Omit<Seen, "status" | "by"> = {
  hasJournal: false,
  finish: null,
  fault: null,
  killedFor: null,
  watchdog: null,
  exit: null,
  containment: null,
  memory: null,
  journal: null,
  lastStderr: null,
  note: null,
};

type Verdict = Pick<Ending, "fact" | "error"> & Partial<Pick<Ending, "checkpoint" | "isByCancel">>;

/** The ending that the evidence adds up to. */
export function weighEvidence(seen: Seen): Ending {
  const verdict = possible(seen, verdictOf(seen));
  return {
    fact: verdict.fact,
    error: verdict.error,
    checkpoint: verdict.checkpoint ?? null,
    isByCancel: verdict.isByCancel ?? false,
    evidence: {
      fact: verdict.fact,
      seenBy: seen.by,
      finish: seen.finish === null ? null : { outcome: seen.finish.says.outcome, at: seen.finish.at },
      exit: seen.exit,
      killedFor: seen.killedFor === null ? null : reasonInWords(seen.killedFor),
      containment: seen.containment,
      memory: seen.memory,
      journal: seen.journal,
      lastStderr: seen.lastStderr,
      note: seen.note,
    },
  };
}

function verdictOf(seen: Seen): Verdict {
  const isStarting = seen.status === "starting";
  if (seen.fault !== null) {
    // Before the first line there is nothing that a runner could have reported, so the damage counts as its exit.
    return { fact: isStarting ? "exit" : "er", error: error("journal.corrupt", seen.fault) };
  }
  if (seen.finish !== null) return ofFinish(seen.finish.says);
  if (!seen.hasJournal) return { fact: "neverBegan", error: null };
  if (seen.killedFor?.reason === "start") {
    // Its first line may have come between the decision and the kill: then it had begun.
    return isStarting ? { fact: "neverBegan", error: null } : { fact: "killedLimit", error: startError };
  }
  if (seen.killedFor?.reason === "limit") return { fact: "killedLimit", error: seen.killedFor.error };
  if (seen.killedFor?.reason === "cancel") return { fact: "killedCancel", error: null };
  if (seen.watchdog !== null) return ofWatchdog(seen.watchdog);
  if (seen.exit !== null) return { fact: "exit", error: ofExit(seen.exit, seen.memory) };
  return { fact: "gone", error: error("runner.gone", "the process is gone and nobody saw how it ended") };
}

const startError: RunError = { ...error("limit.start_s", "it wrote no first line in time"), limit: "start_s" };

/** What the tables do not know in this status is put down to what was seen of the process alone. */
function possible(seen: Seen, verdict: Verdict): Verdict {
  if (factMoves[seen.status][verdict.fact] !== null) return verdict;
  if (seen.exit !== null) return { fact: "exit", error: verdict.error ?? ofExit(seen.exit, seen.memory) };
  return { fact: "gone", error: error("runner.gone", "the process is gone and nobody saw how it ended") };
}

function ofFinish({ outcome, error: says, checkpoint, isByCancel }: Finish): Verdict {
  const parsed = runErrorSchema.safeParse(says);
  const fault = parsed.success ? parsed.data : null;
  switch (outcome) {
    case "completed":
      return { fact: "ok", error: null };
    case "failed":
      return {
        fact: "er",
        error: fault ?? error("runner.crashed", "the runner failed and said nothing of why"),
        isByCancel,
      };
    case "limit":
      return { fact: "li", error: fault ?? error("runner.crashed", "the runner met a limit and did not say which") };
    case "cancelled":
      return { fact: "ca", error: null };
    case "paused":
      // Held without it, the run would do its steps again, and nobody would know.
      return checkpoint === null
        ? { fact: "gone", error: error("runner.gone", "it paused, and the checkpoint that it left is not there") }
        : { fact: "pa", error: null, checkpoint };
    case "orphaned":
      return checkpoint === null
        ? { fact: "orN", error: orphanError("it stopped itself at a safe point") }
        : { fact: "orC", error: null, checkpoint };
  }
}

function ofWatchdog({ limit, afterS }: WatchdogVerdict): Verdict {
  if (limit === "orphan_s")
    return { fact: "orN", error: orphanError(`its watchdog ended it after ${afterS.toFixed(0)} s`) };
  if (limit === "takeover") {
    return {
      fact: "orN",
      error: orphanError(`its worker was not heard of for ${afterS.toFixed(0)} s, and it ended itself`),
    };
  }
  const message = `its own watchdog ended it after ${afterS.toFixed(1)} s, since no supervisor had`;
  return { fact: "killedLimit", error: { code: "limit.wall_s", origin: "agent", message, limit: "wall_s" } };
}

function orphanError(how: string): RunError {
  return { ...error("limit.orphan_s", `nobody supervised it: ${how}`), origin: "worker", limit: "orphan_s" };
}

function ofExit({ code, signal }: Exit, memory: Evidence["memory"]): RunError {
  if (signal !== null && (memory?.oomKills ?? 0) > 0) {
    return error("runner.oom", `the kernel killed the runner for want of memory (${signal})`);
  }
  if (signal !== null) return error("runner.killed", `runner killed by ${signal}, not by runledger`);
  if (code === 0) return error("runner.no-result", "the runner exited with code 0 and left no finish record");
  if (code === 74) return error("journal.unwritable", "the runner could not write its journal (code 74)");
  return error("runner.exited", `the runner exited with code ${code}`);
}

function error(code: RunError["code"], message: string): RunError {
  return { code, origin: "runner", message };
}

function reasonInWords(killedFor: NonNullable<Seen["killedFor"]>): string {
  return killedFor.reason === "limit" ? `limit:${killedFor.error.limit ?? killedFor.error.code}` : killedFor.reason;
}
