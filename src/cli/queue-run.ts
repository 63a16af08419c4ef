// `--queue` and `--detach`: runs are left to workers. `--detach` also starts one in the background, which ends when it
// has nothing more to do; it sees the keys of this shell.

import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import type { EventData } from "../core/events.ts";
import type { Experiment } from "../core/experiment.ts";
import { shortId } from "../core/ids.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { tabRow } from "../views/columns.ts";
import { experimentResource } from "../views/experiment-resource.ts";
import { experimentHeader } from "../views/experiment-words.ts";
import { runResource } from "../views/run-resource.ts";
import { runHeader } from "../views/run-words.ts";
import { openChangedLook } from "./changed-since.ts";
import type { Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { findLedger } from "./find-ledger.ts";
import { findInstallation } from "./installation.ts";
import { lookAt } from "./look.ts";
import { ledgerWords, shownPath } from "./paths.ts";
import { wantsJsonl } from "./print-run.ts";
import { keepSubject, type RunToStart } from "./start-run.ts";

/** Whether the runs are to be left to workers. */
export function isLeftToWorkers({ options }: Context): boolean {
  return options.flag("queue") || options.flag("detach");
}

/** Queues the run, claimed by nobody, and says what it waits for. @returns the exit code */
export async function queueRun(ledger: Ledger, run: RunToStart, context: Context): Promise<number> {
  const data: EventData<"run.queued"> = { ...run.queued, subject: await keepSubject(ledger, run) };
  const { run: queued } = await ledger.execute(run.id, { type: "queue", data, claim: null }, "cli");
  const background = context.options.flag("detach") ? startBackgroundWorker(ledger, context, 1) : null;
  return printQueued(ledger, queued, background, context);
}

/** What is said of a run that is left to workers. @returns the exit code */
export async function printQueued(
  ledger: Ledger,
  run: Run,
  background: BackgroundWorker | null,
  context: Context,
): Promise<number> {
  const { output } = context;
  const computed = await lookAt(ledger, run);
  const resource = runResource(run, computed, {}, await openChangedLook(ledger, context)(run));
  const why = computed.waitingFor.map(({ message }) => message).join(", ");
  const lines = [`ledger  ${ledgerWords(ledger, context)}`, runHeader(run)];
  lines.push(`queued  ${background === null ? whoTakes(why) : backgroundWords(background, context)}`);
  lines.push(`watch   npx runledger watch ${shortId(run.id)}`);
  output.progress(lines.join("\n"));
  if (wantsJsonl(context)) output.json({ type: "launched", runId: run.id, ledger: ledger.url, pid: process.pid });
  if (wantsJsonl(context)) output.json({ type: "done", run: resource, exitCode: exitCodes.ok });
  else if (output.isJson) output.json(resource);
  const row = [run.id, run.status, run.subject.id, run.agent?.name ?? null];
  if (!output.isJson && !output.isTerminal) output.result(["run\tstatus\tsubject\tagent", tabRow(row)].join("\n"));
  return exitCodes.ok;
}

/** What is said of an experiment that is left to workers. @returns the exit code */
export async function leaveExperiment(
  ledger: Ledger,
  experiment: Experiment,
  jobs: number,
  context: Context,
): Promise<number> {
  const { output, options } = context;
  const background = options.flag("detach") ? startBackgroundWorker(ledger, context, jobs) : null;
  const listed = await ledger.listWorkers();
  const isFree = await Promise.all(listed.map(({ worker }) => ledger.isLockFree(worker)));
  const living = isFree.filter((free) => !free).length;
  const who = living === 0 ? "no worker" : `${living} listed`;
  output.progress(`ledger  ${ledgerWords(ledger, context)}`);
  output.progress(experimentHeader(experiment));
  output.progress(`queued  ${background === null ? whoTakes(who) : backgroundWords(background, context)}`);
  output.progress(`watch   npx runledger watch ${shortId(experiment.id)}`);
  if (output.isJson) output.json({ experiment: experimentResource(experiment) });
  else if (!output.isTerminal)
    output.result(["experiment\truns", tabRow([experiment.id, experiment.cells])].join("\n"));
  return exitCodes.ok;
}

function whoTakes(why: string): string {
  return why.startsWith("no worker") ? `${why}; npx runledger worker starts one` : why;
}

type BackgroundWorker = { pid: number | null; log: string };

function backgroundWords({ pid, log }: BackgroundWorker, context: Context): string {
  return `a worker in the background takes it: pid ${pid ?? "unknown"}, log ${shownPath(log, context) ?? log}`;
}

/** A worker that outlives this command and its terminal, and ends when it is idle. */
function startBackgroundWorker(ledger: Ledger, context: Context, slots: number): BackgroundWorker {
  const { env, cwd, options } = context;
  const folder = join(ledger.home, "workers");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const log = join(folder, `${new Date().toISOString().replaceAll(":", "-")}-${process.pid}.log`);
  const output = openSync(log, "a", 0o600);
  const { url } = findLedger({ option: options.text("ledger"), env, cwd });
  const { launcher } = findInstallation(env);
  // The ledger goes through the environment, which holds passwords better than a command line.
  const child = spawn(process.execPath, [launcher, "worker", "--until-idle", "--slots", String(slots)], {
    cwd,
    env: { ...env, RUNLEDGER_LEDGER: url },
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.unref();
  return { pid: child.pid ?? null, log };
}
