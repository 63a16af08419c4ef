// `watch EXPERIMENT`: an experiment as it goes, whoever works on it, until nothing of it waits or runs any more.

import { type Experiment, summarize } from "../core/experiment.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { experimentHeader } from "../views/experiment-words.ts";
import { settle } from "../worker/settle.ts";
import { takeOverSilent } from "../worker/take-over.ts";
import type { Context } from "./command.ts";
import { exitCodeOfExperiment, exitCodes } from "./exit-code.ts";
import { ExperimentView, printExperiment } from "./experiment-view.ts";
import { followExperiment } from "./follow-experiment.ts";
import { onInterrupt } from "./interrupts.ts";
import { ledgerWords } from "./paths.ts";
import { wantsJsonl } from "./print-run.ts";
import { remoteViewOf } from "./remote-view.ts";

/** Between two looks at the locks of supervisors, milliseconds. */
const lookMs = 250;

async function settleAll(ledger: Ledger): Promise<void> {
  await settle(ledger);
  await takeOverSilent(ledger);
}

/** Shows it live and sums it up; Ctrl-C leaves it alone. @returns the exit code that `run` would have had */
export async function watchExperiment(
  ledger: Ledger,
  experiment: Experiment,
  context: Context,
  /** What an interrupt does beside, in words. */
  onLeft: () => Promise<string> = async () => "it goes on",
): Promise<number> {
  const { output } = context;
  const stop = new AbortController();
  let lookedMs = performance.now();
  using interrupts = onInterrupt(() => stop.abort(), output.gone);
  const view = new ExperimentView(ledger, context, experiment);
  const summary = async () => summarize((await ledger.getExperiment(experiment.id)) ?? experiment);
  if (wantsJsonl(context)) {
    output.json({ type: "launched", experimentId: experiment.id, ledger: ledger.url, pid: process.pid });
  }
  output.progress(`ledger  ${ledgerWords(ledger, context)}\n${experimentHeader(experiment)}\n`);
  try {
    await followExperiment({
      ...{ ledger, experimentId: experiment.id, after: await ledger.headCursor(), signal: stop.signal },
      onEvent: (event) => view.event(event),
      onEnded: (run) => view.ended(run),
      onReset: () => view.reset(),
      onLook: async () => {
        if (performance.now() - lookedMs > lookMs) {
          lookedMs = performance.now();
          // Whoever supervised a run of it may be gone, or out of reach and silent: that is found by whoever looks.
          if (remoteViewOf(ledger) === null) await settleAll(ledger);
        }
        const { queued, running } = await summary();
        if (queued === 0 && running === 0) stop.abort();
        else await view.look();
      },
    });
  } finally {
    view.close();
  }
  if (interrupts.count > 0) {
    output.progress(`no longer watched; ${await onLeft()}`);
    return exitCodes.interrupted;
  }
  const done = (await ledger.getExperiment(experiment.id)) ?? experiment;
  const exitCode = exitCodeOfExperiment(summarize(done), { isInterrupted: false, isCutShort: false });
  await printExperiment({ ledger, context, experiment: done, exitCode });
  return exitCode;
}
