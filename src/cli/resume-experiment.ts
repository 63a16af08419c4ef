// Goes on with an experiment whose command was killed or is gone. What has ended stays as it is; only what never began,
// was held or lost is run, and what is to be tried again.

import type { RunCommand } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import { type Experiment, summarize } from "../core/experiment.ts";
import { shortId } from "../core/ids.ts";
import type { RunStatus } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { experimentHeader, resumeWords } from "../views/experiment-words.ts";
import { removeSessionFile } from "../worker/write-session-file.ts";
import { removeTraceFile } from "../worker/write-trace-file.ts";
import type { Context } from "./command.ts";
import { isDeletion } from "./deletion.ts";
import { isAmong, readEndedChoice } from "./ended-choice.ts";
import { exitCodes } from "./exit-code.ts";
import { findExperiment } from "./find-experiment.ts";
import { onInterrupt } from "./interrupts.ts";
import type { OptionSpec } from "./options.ts";
import { ledgerWords } from "./paths.ts";
import { remoteViewOf } from "./remote-view.ts";
import { CellCanceller, workExperiment } from "./run-experiment.ts";
import { readJobs } from "./run-plan.ts";
import { watchExperiment } from "./watch-experiment.ts";

/** Options of going on with an experiment, here and in `retry`. */
export const experimentOptions = {
  only: {
    type: "text",
    value: "failed|unscored",
    alias: "filter",
    help: "of an experiment: unscored are those that ended without their agent's doing, failed all that broke",
  },
  jobs: { type: "text", short: "j", value: "N", help: "of an experiment: runs at once; default: as planned" },
  "fail-fast": { type: "flag", help: "of an experiment: cancel the rest when a run does not pass" },
} as const satisfies Record<string, OptionSpec>;

/** `resume EXPERIMENT`: runs what never began, was held or lost, and with `--only` more. */
export async function resumeExperiment(ledger: Ledger, experiment: Experiment, context: Context): Promise<number> {
  const only = readEndedChoice("--only", context.options.text("only"));
  const chosen = only === null ? isLost : (one: Run) => isLost(one) || isAmong(only, one);
  return goOnWith({ ledger, context, experiment, isToRetry: chosen });
}

/** `retry EXPERIMENT`: puts ended runs back in its queue, by default those that say nothing of their agent. */
export async function retryExperiment(ledger: Ledger, experiment: Experiment, context: Context): Promise<number> {
  const only = readEndedChoice("--only", context.options.text("only")) ?? "unscored";
  return goOnWith({ ledger, context, experiment, isToRetry: (run) => isAmong(only, run) });
}

async function goOnWith(of: {
  ledger: Ledger;
  context: Context;
  experiment: Experiment;
  isToRetry: (run: Run) => boolean;
}): Promise<number> {
  const { ledger, context, experiment, isToRetry } = of;
  const { output, options } = context;
  const jobsText = options.text("jobs");
  const jobs = jobsText === null ? experiment.jobs : readJobs(jobsText);
  // From here on an interrupt must not end this process before the runs.
  const cancel = new CellCanceller(ledger, context);
  using interrupts = onInterrupt(cancel.ask);
  const retried = await requeue(ledger, experiment.id, isToRetry, context);
  const before = summarize(experiment);
  const left = { "not started": before.queued, running: before.running, paused: before.paused, ...retried };
  output.progress(`ledger  ${ledgerWords(ledger, context)}`);
  output.progress(experimentHeader(experiment));
  output.progress(resumeWords(before, left));
  const stayCancelled = (before.unscored.cancelled ?? 0) - (retried.cancelled ?? 0);
  if (stayCancelled > 0) output.progress(cancelledHint(experiment, stayCancelled));
  output.progress("");
  if (remoteViewOf(ledger) !== null && !options.flag("queue")) {
    return watchExperiment(ledger, await findExperiment(ledger, experiment.id), context);
  }
  if (options.flag("queue")) {
    output.progress(`left to the workers   npx runledger show ${shortId(experiment.id)}`);
    return exitCodes.ok;
  }
  const after = await ledger.headCursor();
  const now = await findExperiment(ledger, experiment.id);
  return await workExperiment({
    ...{ ledger, context, experiment: now, after, jobs, cancel, interrupts },
    isFailFast: options.flag("fail-fast"),
  });
}

/** Nobody takes up again by the way what somebody stopped; how to is said. */
function cancelledHint({ id }: Experiment, count: number): string {
  const [what, them] =
    count === 1 ? ["the cancelled run stays as it is", "it"] : [`the ${count} cancelled runs stay as they are`, "them"];
  return `${what}; npx runledger retry ${shortId(id)} --only unscored runs ${them}`;
}

const retryable: RunStatus[] = ["failed", "timed_out", "lost", "cancelled"];
const pageRuns = 200;

/** Puts back in the queue what is held and what is to be retried. @returns how many were retried, by their status */
async function requeue(
  ledger: Ledger,
  experimentId: string,
  isToRetry: (run: Run) => boolean,
  { env }: Context,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const filter = { experimentId, statuses: [...retryable, "paused" as const] };
  for (let pageToken: string | null | undefined; pageToken !== null; ) {
    const page = await ledger.listRuns(filter, { order: "oldest", pageSize: pageRuns, pageToken: pageToken ?? null });
    pageToken = page.nextToken;
    const asked = page.runs.map(async (run) => {
      if (run.status === "paused") return void (await isMoved(ledger, run.id, { type: "resume", claim: null }));
      if (!isToRetry(run) || !(await isMoved(ledger, run.id, { type: "retry", claim: null }))) return;
      counts[run.status] = (counts[run.status] ?? 0) + 1;
      if (remoteViewOf(ledger) !== null) return;
      // The files tell of the earlier end; the new one gets its own.
      await removeSessionFile(ledger, run.id, env);
      await removeTraceFile(ledger, run.id, env);
    });
    await Promise.all(asked);
  }
  return counts;
}

/** False if somebody else was faster: what the run is by now decides. */
async function isMoved(ledger: Ledger, runId: string, command: RunCommand): Promise<boolean> {
  try {
    await ledger.execute(runId, command, "cli");
    return true;
  } catch (error) {
    if (error instanceof RunledgerError && (error.code === "run.illegal-move" || isDeletion(error))) return false;
    throw error;
  }
}

function isLost({ status }: Run): boolean {
  return status === "lost";
}
