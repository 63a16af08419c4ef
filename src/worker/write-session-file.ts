// Writes the session file of an ended run: always from the ledger, always whole. A reader sees the old file, none, or
// the new one, never half of one.

import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { LedgerEvent } from "../core/events.ts";
import { isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { collectSteps, sessionFile } from "../views/session-file.ts";

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
  for await (const event of eventsOf(ledger, run)) steps.take(event);
  await writeWhole(path, `${JSON.stringify(sessionFile(run, steps.result()), null, 2)}\n`);
  return path;
}

/** Writes the session file only if it is missing: its writer may have died between the ending and the file. */
export async function ensureSessionFile(ledger: Ledger, runId: string, env: Env = process.env): Promise<string | null> {
  const path = sessionFilePath(ledger, runId, env);
  return path !== null && existsSync(path) ? path : writeSessionFile(ledger, runId, env);
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

const pageEvents = 500;

/** Events up to the state that was read, so that the file's status and its steps are of one moment. */
async function* eventsOf(ledger: Ledger, run: Run): AsyncIterable<LedgerEvent> {
  for (let after = 0; after < run.seq; ) {
    const page = await ledger.readEvents(run.id, after, Math.min(pageEvents, run.seq - after));
    if (page.length === 0) return;
    yield* page;
    after = page.at(-1)?.seq ?? run.seq;
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(fresh, "wx", 0o644);
    try {
      await file.writeFile(text);
      // Without this a power cut could leave the name with an empty file behind it, and it would not be missing.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
