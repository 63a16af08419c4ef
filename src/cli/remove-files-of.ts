// The files of a run that the ledger says is deleted.

import { rm } from "node:fs/promises";
import type { Ledger } from "../ledger/ledger.ts";
import { runFolder } from "../worker/attempt-folder.ts";
import { removeSessionFile } from "../worker/write-session-file.ts";
import { removeTraceFile } from "../worker/write-trace-file.ts";
import type { Context } from "./command.ts";
import { remoteViewOf } from "./remote-view.ts";

/** Removes them here, unless a server keeps them. The run's folder goes last: as long as it is there, something is left. */
export async function removeFilesOf(ledger: Ledger, runId: string, { env }: Pick<Context, "env">): Promise<void> {
  if (remoteViewOf(ledger) !== null) return;
  await removeSessionFile(ledger, runId, env);
  await removeTraceFile(ledger, runId, env);
  await rm(runFolder({ home: ledger.home, runId }), { recursive: true, force: true });
}
