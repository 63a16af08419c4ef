// What the verbs do to one run; a batch does each of its ids on its own.

import { graceMsOf } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import type { Run } from "../core/run.ts";
import type { PerRunBody } from "../protocol/http-resources.ts";
import { problemOfId } from "./problem.ts";
import { refuseWithoutContent } from "./queue-run.ts";
import { apiActor, findRun, runIdOf, type Site } from "./site.ts";

/** Asks for a cancel. @param graceMs Null: as much as the run's limit gives. */
export async function cancelRun(site: Site, id: string, graceMs: number | null): Promise<Run> {
  const run = await findRun(site, id);
  return (await site.ledger.execute(run.id, { type: "cancel", graceMs: graceMsOf(run, graceMs) }, apiActor)).run;
}

export async function pauseRun(site: Site, id: string): Promise<Run> {
  return (await site.ledger.execute(runIdOf(id), { type: "pause" }, apiActor)).run;
}

export async function resumeRun(site: Site, id: string): Promise<Run> {
  return (await site.ledger.execute(runIdOf(id), { type: "resume", claim: null }, apiActor)).run;
}

/** Puts an ended run back in the queue. Its files tell of the earlier end, and go. */
export async function retryRun(site: Site, id: string): Promise<Run> {
  const earlier = await findRun(site, id);
  await refuseWithoutContent(site, earlier);
  const { run } = await site.ledger.execute(earlier.id, { type: "retry", claim: null }, apiActor);
  await site.files.forgetEnd(run.id);
  return run;
}

/**
 * Deletes a run. One with a process is cancelled first, if forced, and deleted in the transaction of its ending: also if
 * this server is gone by then.
 */
export async function deleteRun(site: Site, id: string, isForced: boolean): Promise<PerRunBody> {
  const { ledger } = site;
  const runId = runIdOf(id);
  await ledger.execute(runId, { type: "delete", isForced }, apiActor);
  const isDeleted = await ledger.isDeleted(runId);
  if (isDeleted) await site.files.removeAll(runId);
  return { id: runId, result: isDeleted ? "deleted" : "deleting", problem: null };
}

/** Does the work for each id; what is refused says why and keeps none of the others from being done. */
export async function forEachId(
  ids: readonly string[],
  work: (id: string) => Promise<PerRunBody>,
): Promise<{ results: PerRunBody[] }> {
  const results: PerRunBody[] = [];
  for (const id of ids) {
    try {
      results.push(await work(id));
    } catch (error) {
      if (!(error instanceof RunledgerError) || error.code === "internal.bug") throw error;
      results.push({ id, result: "refused", problem: problemOfId(error, id) });
    }
  }
  return { results };
}
