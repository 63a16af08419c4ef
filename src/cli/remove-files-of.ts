// The files of a run that the ledger says is deleted.

import { rm } from "node:fs/promises";
import type { Ledger } from "../ledger/ledger.ts";
import { runFolder } from "../worker/attempt-folder.ts";
import { isForbidden } from "../worker/forbidden.ts";
import { livingRunnerIn } from "../worker/read-attempt-folder.ts";
import { removeSessionFile } from "../worker/write-session-file.ts";
import { removeTraceFile } from "../worker/write-trace-file.ts";
import type { Context } from "./command.ts";
import { remoteViewOf } from "./remote-view.ts";

/**
 * Removes them here, unless a server keeps them. The run's folder goes last: as long as it is there, something is left. It
 * stays while a runner is at work in it for another ledger of this folder, such as one that the run was pushed to; and what
 * is another user's stays, too.
 * @returns whether nothing is left here
 */
export async function removeFilesOf(
  ledger: Ledger,
  runId: string,
  { env, output }: { env: Context["env"]; output: Pick<Context["output"], "warn"> },
): Promise<boolean> {
  if (remoteViewOf(ledger) !== null) return true;
  const folder = runFolder({ home: ledger.home, runId });
  try {
    return await removeAll(ledger, runId, { folder, env, output });
  } catch (error) {
    // One run of another user must not be in the way of all others.
    if (!isForbidden(error)) throw error;
    output.warn(`run ${runId}: its files in ${folder} stay: ${error.message}`);
    return false;
  }
}

async function removeAll(
  ledger: Ledger,
  runId: string,
  { folder, env, output }: { folder: string } & Pick<Context, "env"> & { output: Pick<Context["output"], "warn"> },
): Promise<boolean> {
  const runner = await livingRunnerIn(folder);
  if (runner !== null) {
    output.warn(`run ${runId} is at work for another ledger (pid ${runner.pid}): its files in ${folder} stay`);
    return false;
  }
  await removeSessionFile(ledger, runId, env);
  await removeTraceFile(ledger, runId, env);
  await rm(folder, { recursive: true, force: true });
  return true;
}
