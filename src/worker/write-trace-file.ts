// Writes the trace of an ended run beside its session file: always from the ledger, always whole.

import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join, parse, resolve } from "node:path";
import { isTerminal } from "../core/moves.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { traceLines } from "../views/trace-lines.ts";
import { eventsOfRun } from "./events-of-run.ts";
import { writeWhole } from "./whole-file.ts";
import { isSessionFileCurrent, sessionFilePath, writeSessionFile } from "./write-session-file.ts";

/** Names another file, relative to the folder that holds `.runledger`; `none` writes none. */
const traceFileVariable = "RUNLEDGER_OTEL_FILE";
const placeholder = "{session_id}";

type Env = Readonly<Record<string, string | undefined>>;

/** Where the trace of a run lies, whether it exists or not; null if none is to be written. */
export function traceFilePath(ledger: Pick<Ledger, "home">, runId: string, env: Env = process.env): string | null {
  const named = env[traceFileVariable];
  if (named === "none") return null;
  if (named) return resolve(dirname(ledger.home), withRunId(named, runId));
  const session = sessionFilePath(ledger, runId, env);
  return session === null ? null : join(dirname(session), `enhanced_otel_${runId}.jsonl`);
}

/**
 * Writes the trace anew.
 * @returns its path; null if the run has not ended, is not known or deleted, or no trace is wanted.
 */
export async function writeTraceFile(ledger: Ledger, runId: string, env: Env = process.env): Promise<string | null> {
  const path = traceFilePath(ledger, runId, env);
  if (path === null || (await ledger.isDeleted(runId))) return null;
  const run = await ledger.getRun(runId);
  if (run === null || !isTerminal(run.status)) return null;
  await writeWhole(path, traceLines(eventsOfRun(ledger, run)));
  return path;
}

/**
 * Writes session file and trace if they are missing or tell of an earlier ending: their writer may have died between the
 * ending and the files. A trace is as old as its session file.
 * @returns the path of the session file; null if there is none to be.
 */
export async function ensureFilesOfEnd(ledger: Ledger, runId: string, env: Env = process.env): Promise<string | null> {
  const session = sessionFilePath(ledger, runId, env);
  const trace = traceFilePath(ledger, runId, env);
  const isCurrent = session === null || (await isSessionFileCurrent(ledger, runId, session));
  if (!isCurrent || (trace !== null && !existsSync(trace))) await writeTraceFile(ledger, runId, env);
  return isCurrent ? session : writeSessionFile(ledger, runId, env);
}

/** Removes the trace of a run that was deleted, or is about to get another ending. */
export async function removeTraceFile(
  ledger: Pick<Ledger, "home">,
  runId: string,
  env: Env = process.env,
): Promise<void> {
  const path = traceFilePath(ledger, runId, env);
  if (path !== null) await rm(path, { force: true });
}

/** A name without the placeholder gets the id before its ending: runs never overwrite each other's trace. */
function withRunId(named: string, runId: string): string {
  if (named.includes(placeholder)) return named.replaceAll(placeholder, runId);
  const { dir, name, ext } = parse(named);
  return join(dir, `${name}_${runId}${ext}`);
}
