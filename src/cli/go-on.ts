// `retry` and `resume` of single runs: put back in the queue, claimed by this process in the same transaction, and
// supervised and shown here like `run` does; or left to a worker. Seed and content are the run's own.

import { RunledgerError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { shortId } from "../core/ids.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RunResource } from "../views/run-resource.ts";
import type { Worker } from "../worker/worker.ts";
import { removeSessionFile } from "../worker/write-session-file.ts";
import { removeTraceFile } from "../worker/write-trace-file.ts";
import type { Context } from "./command.ts";
import { worstExitCode } from "./exit-code.ts";
import { findRunOrExperiment, type RunOrExperiment } from "./find-experiment.ts";
import type { OptionSpec } from "./options.ts";
import { orRefusal, tellPerRun } from "./per-run.ts";
import { printEnding, wantsJsonl } from "./print-run.ts";
import { type ShownRun, showRemoteRun, tellShownRuns } from "./remote-run.ts";
import { remoteViewOf } from "./remote-view.ts";
import { experimentOptions } from "./resume-experiment.ts";
import { contentOf, exitCodeLikeFirst } from "./run-content.ts";
import { neededEnv } from "./runner-env.ts";
import { startOptions } from "./start-options.ts";
import { type EndedRun, openWorker, superviseHere } from "./start-run.ts";
import { withLedger } from "./with-ledger.ts";

type Verb = "retry" | "resume";

/** Options that both take. */
export const goOnOptions = {
  ...experimentOptions,
  queue: { type: "flag", help: "put it back in the queue and leave it to a worker" },
  jsonl: startOptions.jsonl,
} as const satisfies Record<string, OptionSpec>;

/** Goes on with runs, or with one experiment. @returns the exit code */
export async function goOn(
  context: Context,
  verb: Verb,
  ofExperiment: (ledger: Ledger, experiment: Experiment, context: Context) => Promise<number>,
): Promise<number> {
  return withLedger(context, { purpose: "supervise" }, async (ledger) => {
    const found: RunOrExperiment[] = [];
    for (const words of context.operands) found.push(await findRunOrExperiment(ledger, words));
    const experiment = found.find((one) => one.experiment !== null)?.experiment ?? null;
    if (experiment !== null && found.length === 1) return ofExperiment(ledger, experiment, context);
    refuseExperimentOptions(context, experiment);
    const runs = found.flatMap(({ run }) => run ?? []);
    if (remoteViewOf(ledger) !== null && !context.options.flag("queue")) return goOnThere(ledger, runs, verb, context);
    return context.options.flag("queue")
      ? queueAgain(ledger, runs, verb, context)
      : goOnHere(ledger, runs, verb, context);
  });
}

async function goOnHere(ledger: Ledger, runs: readonly Run[], verb: Verb, context: Context): Promise<number> {
  await using worker = await openWorker(ledger, context, 1);
  const codes: number[] = [];
  const resources: RunResource[] = [];
  for (const run of runs) {
    const { story, isInterrupted } = await goOnWithOne({ ledger, worker, context, run, verb });
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
}

async function goOnWithOne(of: {
  ledger: Ledger;
  worker: Worker;
  context: Context;
  run: Run;
  verb: Verb;
}): Promise<EndedRun> {
  const { ledger, context, run, verb } = of;
  // Asked before anything is written: without its content the run would be claimed and never begin.
  await contentOf(ledger, run);
  return superviseHere({
    ...of,
    ...{ runId: run.id, kind: run.kind, env: neededEnv(run, context.env) },
    begin: async (claim) => {
      const begun = await ledger.execute(run.id, { type: verb, claim }, "cli");
      await removeFilesOfEnd(ledger, run, context);
      return begun;
    },
  });
}

/** Through a server: its workers take them, one after the other is shown. */
async function goOnThere(ledger: Ledger, runs: readonly Run[], verb: Verb, context: Context): Promise<number> {
  const shown: ShownRun[] = [];
  for (const run of runs) {
    await ledger.execute(run.id, { type: verb, claim: null }, "cli");
    const isFirst = shown.length === 0;
    shown.push(await showRemoteRun(ledger, { runId: run.id, afterSeq: run.seq, isFirst }, context));
    if (shown.at(-1)?.isInterrupted) break;
  }
  return tellShownRuns(shown, context);
}

async function queueAgain(ledger: Ledger, runs: readonly Run[], verb: Verb, context: Context): Promise<number> {
  const told = runs.map((run) =>
    orRefusal(run.id, async () => {
      // A server looks for the content itself, and tells nobody.
      if (remoteViewOf(ledger) === null) await contentOf(ledger, run);
      const { run: queued } = await ledger.execute(run.id, { type: verb, claim: null }, "cli");
      await removeFilesOfEnd(ledger, run, context);
      return { id: run.id, result: queued.status, detail: `was ${run.status}`, problem: null };
    }),
  );
  return tellPerRun(await Promise.all(told), context);
}

/** The files tell of the earlier end; the new one gets its own. */
async function removeFilesOfEnd(ledger: Ledger, run: Run, { env }: Context): Promise<void> {
  if (remoteViewOf(ledger) !== null) return;
  await removeSessionFile(ledger, run.id, env);
  await removeTraceFile(ledger, run.id, env);
}

/** An experiment stands alone, and its options are for nothing else. */
function refuseExperimentOptions({ options }: Context, experiment: Experiment | null): void {
  const refuse = (detail: string) => new RunledgerError("usage.bad-value", detail);
  if (experiment !== null) throw refuse(`${shortId(experiment.id)} is an experiment; give it alone`);
  const isGiven = options.text("only") !== null || options.text("jobs") !== null || options.flag("fail-fast");
  if (isGiven) throw refuse("--only, -j and --fail-fast are of an experiment, and none is named");
}
