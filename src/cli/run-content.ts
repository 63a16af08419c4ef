// What a run that exists already needs to be run once more: its content out of the ledger, and the exit code that its
// first start would have given.

import { RunledgerError } from "../core/errors.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { type SubjectContent, subjectContentSchema } from "../protocol/spec.ts";
import { exitCodeOfExec, exitCodeOfRun } from "./exit-code.ts";

/**
 * The content of the run's subject.
 * @throws RunledgerError `run.no-content` if the ledger does not have it: a run that was imported from attempt folders
 *   alone came without ground truth and solution, since those lie in no file.
 */
export async function contentOf(ledger: Ledger, run: Run): Promise<SubjectContent> {
  const { id, digest } = run.subject;
  const bytes = await ledger.getBlob(digest);
  if (bytes === null) {
    const why = run.imported ? "it was imported without it" : "its blob is missing";
    throw new RunledgerError("run.no-content", `the content of ${id} (${digest}) is not in this ledger: ${why}`);
  }
  return subjectContentSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
}

/** The exit code of a run that was started once more: as its first start would have given it. */
export function exitCodeLikeFirst(run: Run, isInterrupted: boolean): number {
  return run.kind === "command" ? exitCodeOfExec(run, isInterrupted) : exitCodeOfRun(run, isInterrupted);
}
