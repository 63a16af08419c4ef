// Writes the session file of an ended run: always from the ledger, always whole.

import { open, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isTerminal } from "../core/moves.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { collectSteps, sessionFile } from "../views/session-file.ts";
import { eventsOfRun } from "./events-of-run.ts";
import { writeWhole } from "./whole-file.ts";

/** Names another folder for session files, relative to the one that holds `.runledger`; `none` writes none. */
const sessionsDirVariable = "RUNLEDGER_SESSIONS_DIR";

type Env = Readonly<Record<string, string | undefined>>;

/** Where the session file of a run lies, whether it exists or not; null if none is to be written. */
export function sessionFilePath(ledger: Pick<Ledger, "home">, runId: string, env: Env = process.env): string | null {
  const named = env[sessionsDirVariable] || "logs/sessions";
  if (named === "none") return null;
  return join(resolve(dirname(ledger.home), named), `session_${runId}.json`);
}

/**
 * Writes the session file anew.
 * @returns its path; null if the run has not ended, is not known or deleted, or no files are wanted.
 */
export async function writeSessionFile(ledger: Ledger, runId: string, env: Env = process.env): Promise<string | null> {
  const path = sessionFilePath(ledger, runId, env);
  if (path === null) return null;
  if (await ledger.isDeleted(runId)) return null;
  const run = await ledger.getRun(runId);
  if (run === null || !isTerminal(run.status)) return null;
  const steps = collectSteps();
  for await (const event of eventsOfRun(ledger, run)) steps.take(event);
  await writeWhole(path, `${JSON.stringify(sessionFile(run, steps.result()), null, 2)}\n`);
  return path;
}

/** The file says near its beginning up to which event of the run it tells. */
const headBytes = 512;

/** Whether the session file is there and tells of the run as it is now. */
export async function isSessionFileCurrent(ledger: Ledger, runId: string, path: string): Promise<boolean> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (file === null) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const seq = /"as_of_seq": (\d+)/.exec(buffer.toString("utf8", 0, bytesRead))?.[1];
    return seq !== undefined && Number(seq) === (await ledger.getRun(runId))?.seq;
  } finally {
    await file.close();
  }
}

/** Removes the session file of a run that was deleted, or is about to get another ending. */
export async function removeSessionFile(
  ledger: Pick<Ledger, "home">,
  runId: string,
  env: Env = process.env,
): Promise<void> {
  const path = sessionFilePath(ledger, runId, env);
  if (path !== null) await rm(path, { force: true });
}
