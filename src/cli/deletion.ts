// A run that somebody deletes while it is being run, watched or waited for here.

import { RunledgerError } from "../core/errors.ts";

/** Whether the error says that the run is deleted: `run.deleted`, or that it was while one looked. */
export function isDeletion(error: unknown): boolean {
  return error instanceof RunledgerError && (error.code === "run.deleted" || error.code === "run.deleted-meanwhile");
}

/** For those who had the run before their eyes: no mistake of the caller, and no result either. */
export function deletedMeanwhile(runId: string): RunledgerError {
  return new RunledgerError(
    "run.deleted-meanwhile",
    `run ${runId} was deleted by somebody else before its end was shown`,
  );
}
