// `runledger retry`: puts an ended run back in the queue, claimed by this process in the same transaction, and
// supervises and shows it here like `run` does. Its seed and content are the run's own.

import { RunledgerError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { shortId } from "../core/ids.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RunResource } from "../views/run-resource.ts";
import type { Worker } from "../worker/worker.ts";
import { removeSessionFile } from "../worker/write-session-file.ts";
import { removeTraceFile } from "../worker/write-trace-file.ts";
import type { Command, Context } from "./command.ts";
import { worstExitCode } from "./exit-code.ts";
import { findRunOrExperiment, type RunOrExperiment } from "./find-experiment.ts";
import { printEnding, wantsJsonl } from "./print-run.ts";
import { experimentOptions, retryExperiment } from "./resume.ts";
import { contentOf, exitCodeLikeFirst } from "./run-content.ts";
import { runnerEnv } from "./runner-env.ts";
import { startOptions } from "./start-options.ts";
import { type EndedRun, openWorker, superviseHere } from "./start-run.ts";
import { withLedger } from "./with-ledger.ts";

export const retryCommand: Command = {
  name: "retry",
  group: "Act",
  summary: "runs failed, timed_out, lost or cancelled runs once more, here and now",
  usage: "retry ID…|EXPERIMENT",
  notes: "Shows the new attempt alone; runledger watch shows a run from its beginning.",
  options: { ...experimentOptions, jsonl: startOptions.jsonl },
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  run: runRetry,
};

async function runRetry(context: Context): Promise<number> {
  return withLedger(context, { purpose: "supervise" }, async (ledger) => {
    const found: RunOrExperiment[] = [];
    for (const words of context.operands) found.push(await findRunOrExperiment(ledger, words));
    const experiment = found.find((one) => one.experiment !== null)?.experiment ?? null;
    if (experiment !== null && found.length === 1) return retryExperiment(ledger, experiment, context);
    refuseExperimentOptions(context, experiment);
    const runs = found.flatMap(({ run }) => run ?? []);
    await using worker = await openWorker(ledger, context, 1);
    const codes: number[] = [];
    const resources: RunResource[] = [];
    for (const run of runs) {
      const { story, isInterrupted } = await retryHere({ ledger, worker, context, run });
      const exitCode = exitCodeLikeFirst(story.run, isInterrupted);
      codes.push(exitCode);
      resources.push(await printEnding({ ledger, story, context, exitCode, isFirst: codes.length === 1 }));
      if (isInterrupted) break;
    }
    if (context.output.isJson && !wantsJsonl(context)) {
      context.output.json(runs.length === 1 ? resources[0] : { runs: resources });
    }
    // The table of several knows no codes of programs.
    return codes.length === 1 ? (codes[0] ?? 0) : worstExitCode(codes);
  });
}

async function retryHere(of: { ledger: Ledger; worker: Worker; context: Context; run: Run }): Promise<EndedRun> {
  const { ledger, context, run } = of;
  // Asked before anything is written: without its content the run would be claimed and never begin.
  await contentOf(ledger, run);
  return superviseHere({
    ...of,
    ...{ runId: run.id, kind: run.kind, env: runnerEnv(run.kind, context.env) },
    begin: async (claim) => {
      const retried = await ledger.execute(run.id, { type: "retry", claim }, "cli");
      // The files tell of the earlier end; the new one gets its own.
      await removeSessionFile(ledger, run.id, context.env);
      await removeTraceFile(ledger, run.id, context.env);
      return retried;
    },
  });
}

/** An experiment stands alone, and its options are for nothing else. */
function refuseExperimentOptions({ options }: Context, experiment: Experiment | null): void {
  const refuse = (detail: string) => new RunledgerError("usage.bad-value", detail);
  if (experiment !== null) throw refuse(`${shortId(experiment.id)} is an experiment; retry it alone`);
  const isGiven = options.text("only") !== null || options.text("jobs") !== null || options.flag("fail-fast");
  if (isGiven) throw refuse("--only, -j and --fail-fast are of an experiment, and none is named");
}
