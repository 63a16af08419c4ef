// A run that a server's workers supervise, shown here to its end as the command beside the ledger would show it. An
// interrupt cancels it, since it was started from here.

import { graceMsOf } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RunResource } from "../views/run-resource.ts";
import type { Context } from "./command.ts";
import { worstExitCode } from "./exit-code.ts";
import { type Interrupt, onInterrupt } from "./interrupts.ts";
import { printEnding, printLive, wantsJsonl } from "./print-run.ts";
import { exitCodeLikeFirst } from "./run-content.ts";

export type ShownRun = { exitCode: number; resource: RunResource; isInterrupted: boolean };

/** Shows what comes after `afterSeq`, up to the end. */
export async function showRemoteRun(
  ledger: Ledger,
  { runId, afterSeq, isFirst }: { runId: string; afterSeq: number; isFirst: boolean },
  context: Context,
): Promise<ShownRun> {
  using interrupts = onInterrupt((interrupt) => cancel(ledger, runId, interrupt, context), context.output.gone);
  const { signal } = new AbortController();
  const story = await printLive({ ledger, runId, context, signal, afterSeq });
  const isInterrupted = interrupts.count > 0;
  const exitCode = exitCodeLikeFirst(story.run, isInterrupted);
  const resource = await printEnding({ ledger, story, context, exitCode, isFirst });
  return { exitCode, resource, isInterrupted };
}

/** The one JSON value of runs that were shown. @returns the exit code of all */
export function tellShownRuns(shown: readonly ShownRun[], context: Context): number {
  const [first, ...others] = shown;
  if (context.output.isJson && !wantsJsonl(context)) {
    const value = others.length === 0 ? first?.resource : { runs: shown.map(({ resource }) => resource) };
    context.output.json(value);
  }
  return others.length === 0 ? (first?.exitCode ?? 0) : worstExitCode(shown.map(({ exitCode }) => exitCode));
}

/** The first interrupt gives the run its own grace, each further one none. */
function cancel(ledger: Ledger, runId: string, { count, actor }: Interrupt, { output }: Context): void {
  const asked = ledger.getRun(runId).then((run) => {
    if (run === null) return null;
    const graceMs = count > 1 ? 0 : graceMsOf(run, null);
    return ledger.execute(runId, { type: "cancel", graceMs }, actor);
  });
  asked.catch((error: unknown) => {
    // It has ended meanwhile, which is what was wanted.
    if (error instanceof RunledgerError && error.code === "run.already-ended") return;
    output.warn(`the cancel was refused: ${error instanceof Error ? error.message : String(error)}`);
  });
}
