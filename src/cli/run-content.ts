// What a run that exists already needs to be run once more: its content out of the ledger, and what its runner may see
// of this shell.

import { RunledgerError } from "../core/errors.ts";
import type { RunKind } from "../core/limits.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { type SubjectContent, subjectContentSchema } from "../protocol/spec.ts";
import type { Context } from "./command.ts";
import { exitCodeOfExec, exitCodeOfRun } from "./exit-code.ts";

/**
 * The content of the run's subject.
 * @throws RunledgerError `run.illegal-move` if the ledger does not have it: a run that was imported from attempt folders
 *   alone came without ground truth and solution, since those lie in no file.
 */
export async function contentOf(ledger: Ledger, run: Run): Promise<SubjectContent> {
  const { id, digest } = run.subject;
  const bytes = await ledger.getBlob(digest);
  if (bytes === null) {
    const why = run.imported ? "it was imported without it" : "its blob is missing";
    throw new RunledgerError(
      "run.illegal-move",
      `the content of ${id} (${digest}) is not in this ledger: ${why}; start it anew from its file`,
    );
  }
  return subjectContentSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
}

/** Variables that are ours alone: where the ledger lies may hold a password. */
const own = ["RUNLEDGER_LEDGER", "RUNLEDGER_BUILD", "RUNLEDGER_RELAUNCHED"];

/** What the runner gets of this shell: a command's program its environment, a benchmark's agent no more than its keys. */
export function runnerEnv(kind: RunKind, env: Context["env"]): Record<string, string> {
  if (kind !== "command") return {};
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !own.includes(entry[0])),
  );
}

/** The exit code of a run that was started once more: as its first start would have given it. */
export function exitCodeLikeFirst(run: Run, isInterrupted: boolean): number {
  return run.kind === "command" ? exitCodeOfExec(run, isInterrupted) : exitCodeOfRun(run, isInterrupted);
}
