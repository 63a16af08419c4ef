// A verb on an experiment is the verb on each of its runs that may take it; what is refused is left as it is.

import { graceMsOf, type RunCommand } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import { standingOf } from "../core/experiment.ts";
import { commandMoves, type RunStatus, runStatuses } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { apiActor, type Site } from "./site.ts";

/** What a verb on many runs needs. */
export type RunMover = { ledger: Pick<Ledger, "listRuns" | "execute">; files: Pick<Site["files"], "forgetEnd"> };

export type RunVerb = { type: "cancel" | "pause" | "resume" } | { type: "retry"; only: "unscored" | "failed" };

const pageRuns = 200;

/** Asks all runs of the experiment. @returns how many it changed, and how many were not in a status for it by then */
export async function moveRuns(
  site: RunMover,
  experimentId: string,
  verb: RunVerb,
): Promise<{ changed: number; left: number }> {
  const counts = { changed: 0, left: 0 };
  const filter = { experimentId, statuses: statusesFor(verb) };
  for (let pageToken: string | null | undefined; pageToken !== null; ) {
    const page = await site.ledger.listRuns(filter, {
      order: "oldest",
      pageSize: pageRuns,
      pageToken: pageToken ?? null,
    });
    pageToken = page.nextToken;
    await Promise.all(
      page.runs.map(async (run) => {
        const command = commandFor(verb, run);
        if (command === null) return;
        counts[(await isMoved(site, run.id, command)) ? "changed" : "left"] += 1;
      }),
    );
  }
  return counts;
}

/** Statuses in which the verb does something. */
export function statusesFor(verb: RunVerb): RunStatus[] {
  const doing = verb.type === "resume" ? (["resume", "retry"] as const) : ([verb.type] as const);
  return runStatuses.filter((status) =>
    doing.some((name) => !["refused", "same"].includes(commandMoves[status][name])),
  );
}

export function commandFor(verb: RunVerb, run: Run): RunCommand | null {
  switch (verb.type) {
    case "cancel":
      return { type: "cancel", graceMs: graceMsOf(run, null) };
    case "pause":
      return { type: "pause" };
    case "resume":
      // What was lost goes on with what was held; whatever else has ended stays as it is.
      if (run.status === "paused") return { type: "resume", claim: null };
      return run.status === "lost" ? { type: "retry", claim: null } : null;
    case "retry":
      return isChosen(run, verb.only) ? { type: "retry", claim: null } : null;
  }
}

function isChosen(run: Run, only: "unscored" | "failed"): boolean {
  return only === "failed" ? run.status !== "cancelled" : standingOf(run).standing === "unscored";
}

/** False if somebody else was faster: what the run is by now decides. */
async function isMoved(site: RunMover, runId: string, command: RunCommand): Promise<boolean> {
  try {
    await site.ledger.execute(runId, command, apiActor);
    if (command.type === "retry") await site.files.forgetEnd(runId);
    return true;
  } catch (error) {
    const wasFaster = ["run.illegal-move", "run.already-ended", "run.deleted"];
    if (error instanceof RunledgerError && wasFaster.includes(error.code)) return false;
    throw error;
  }
}
