// An experiment as it goes and as it ended, for people, pipes and programs. All of it is read from the ledger.

import type { LedgerEvent } from "../core/events.ts";
import { type Experiment, type ExperimentSummary, summarize } from "../core/experiment.ts";
import { shortId } from "../core/ids.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { alignColumns } from "../views/columns.ts";
import { experimentResource } from "../views/experiment-resource.ts";
import { cellHeader, cellRow, cellTable, endedLine, shapeOf } from "../views/experiment-table.ts";
import { fitLine, progressLine, summaryLines, unscoredCount } from "../views/experiment-words.ts";
import { counted, duration } from "../views/number-words.ts";
import type { ListedRun } from "../views/run-list.ts";
import { noteOf, tookWords } from "../views/run-note.ts";
import { eventResource, type RunResource, runResource } from "../views/run-resource.ts";
import { subjectWords } from "../views/run-words.ts";
import { openChangedLook } from "./changed-since.ts";
import type { Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { runningCells } from "./experiment-work.ts";
import { lookAt } from "./look.ts";
import { sessionFiles } from "./paths.ts";
import { wantsJsonl } from "./print-run.ts";

/** Between two drawings of the live block. */
const drawMs = 200;
/** Silence in a pipe after which a line says that it goes on. */
const heartbeatMs = 10_000;
const runningShownMax = 8;
/** Rows of the last table on a terminal; of a larger experiment only those that did not pass are shown. */
const tableRowsMax = 200;
const pageRuns = 200;

export class ExperimentView {
  readonly #ledger: Ledger;
  readonly #context: Context;
  readonly #experiment: Experiment;
  readonly #beganMs = performance.now();
  /** Those that had ended before, and those of which was told since. */
  #ended: number;
  #drawnMs = 0;
  #saidMs = performance.now();

  constructor(ledger: Ledger, context: Context, experiment: Experiment) {
    this.#ledger = ledger;
    this.#context = context;
    this.#experiment = experiment;
    this.#ended = summarize(experiment).ended;
  }

  event(event: LedgerEvent): void {
    if (wantsJsonl(this.#context)) this.#context.output.json(eventResource(event));
  }

  /** Events were missed; each end is told all the same. */
  reset(): void {
    const words = "the ledger goes on from another point, as after a failover of its database";
    this.#context.output.warn(`${words}: lines of what happened meanwhile may be missing`);
  }

  /** A line in a pipe; on a terminal the block shows it. */
  async ended(run: Run): Promise<void> {
    const { output } = this.#context;
    if (output.isProgressTerminal) return;
    const planned = this.#experiment.cells;
    this.#ended = Math.min(planned, this.#ended + 1);
    const ended = this.#ended;
    const at = run.endedAt ?? run.lastEventAt;
    output.progress(endedLine(run, { ended, planned, shape: shapeOf(this.#experiment), at }));
    this.#saidMs = performance.now();
  }

  async look(): Promise<void> {
    if (this.#context.output.isProgressTerminal) await this.#draw();
    else await this.#heartbeat();
  }

  /** Takes the block away; what is printed next stands in its place. */
  close(): void {
    this.#context.output.live([]);
  }

  async #draw(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#drawnMs < drawMs) return;
    this.#drawnMs = nowMs;
    const { output } = this.#context;
    const summary = await this.#summary();
    const running = await runningCells(this.#ledger, this.#experiment.id);
    const rows: string[][] = [];
    for (const run of running.slice(0, runningShownMax)) {
      const note = noteOf(run, await lookAt(this.#ledger, run), "local");
      rows.push([`    ${subjectWords(run)}`, shortId(run.id), run.status, tookWords(run, Date.now()), note]);
    }
    const lines = [progressLine(summary, nowMs - this.#beganMs), ...alignColumns(rows)];
    output.live(lines.map((line) => fitLine(line, output.width)));
  }

  async #heartbeat(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#saidMs < heartbeatMs) return;
    const { ended, planned, running } = await this.#summary();
    const words = `nothing new for ${duration(nowMs - this.#saidMs)}`;
    this.#saidMs = nowMs;
    this.#context.output.progress(`  ${new Date().toISOString()}  ${ended}/${planned}  ${running} running, ${words}`);
  }

  async #summary(): Promise<ExperimentSummary> {
    return summarize((await this.#ledger.getExperiment(this.#experiment.id)) ?? this.#experiment);
  }
}

/** Table, counts and rates of the experiment as it is now; the whole value with --json. */
export async function printExperiment(options: {
  ledger: Ledger;
  context: Context;
  experiment: Experiment;
  /** Null where it is only looked at. */
  exitCode: number | null;
}): Promise<void> {
  const { ledger, context, experiment, exitCode } = options;
  const { output } = context;
  if (output.isJson) {
    const resource = experimentResource(experiment);
    if (exitCode !== null && wantsJsonl(context)) output.json({ type: "done", experiment: resource, exitCode });
    else output.json({ experiment: resource, runs: await resources(ledger, experiment, context) });
    return;
  }
  if (output.isTerminal) await printTable(ledger, experiment, context);
  else await printTabs(ledger, experiment, context);
  const lines = ["", ...summaryLines(experiment), ...exitLines(experiment, exitCode)].join("\n");
  if (output.isTerminal) output.result(lines);
  else output.progress(lines);
}

async function printTable(ledger: Ledger, experiment: Experiment, { output }: Context): Promise<void> {
  const isWhole = experiment.cells <= tableRowsMax;
  const rows: ListedRun[] = [];
  let hidden = 0;
  for await (const run of cells(ledger, experiment.id)) {
    const isShown = (isWhole || run.passed !== true) && rows.length < tableRowsMax;
    if (isShown) rows.push({ run, computed: await lookAt(ledger, run) });
    else hidden += 1;
  }
  output.result(["", ...cellTable(rows, shapeOf(experiment), Date.now())].join("\n"));
  if (hidden > 0) {
    output.result(`  … ${counted(hidden, "more run")}: runledger ls -a --experiment ${shortId(experiment.id)}`);
  }
}

async function printTabs(ledger: Ledger, experiment: Experiment, context: Context): Promise<void> {
  context.output.result(cellHeader);
  for await (const run of cells(ledger, experiment.id)) {
    const { session = null } = await sessionFiles(ledger, run, context);
    context.output.result(cellRow({ run, computed: await lookAt(ledger, run) }, session));
  }
}

async function resources(ledger: Ledger, experiment: Experiment, context: Context): Promise<RunResource[]> {
  const all: RunResource[] = [];
  const lookForChange = openChangedLook(ledger, context);
  for await (const run of cells(ledger, experiment.id)) {
    const files = await sessionFiles(ledger, run, context);
    all.push(runResource(run, await lookAt(ledger, run), files, await lookForChange(run)));
  }
  return all;
}

/** All cells in the order of the plan, page by page. */
async function* cells(ledger: Ledger, experimentId: string): AsyncGenerator<Run> {
  for (let pageToken: string | null | undefined; pageToken !== null; ) {
    const options = { order: "oldest" as const, pageSize: pageRuns, pageToken: pageToken ?? null };
    const page = await ledger.listRuns({ experimentId }, options);
    yield* page.runs;
    pageToken = page.nextToken;
  }
}

/** `exit 1: one run has no score.   npx runledger retry c04e11b2 --only unscored` */
function exitLines(experiment: Experiment, exitCode: number | null): string[] {
  const summary = summarize(experiment);
  const id = shortId(experiment.id);
  const open = summary.queued + summary.running + summary.paused;
  const unscored = unscoredCount(summary);
  const next =
    open > 0
      ? `${counted(open, "run")} left   npx runledger resume ${id}`
      : unscored > 0
        ? `${unscored === 1 ? "one run has" : `${unscored} runs have`} no score   npx runledger retry ${id} --only unscored`
        : null;
  if (exitCode === null || exitCode === exitCodes.ok) return next === null ? [] : [`  ${next}`];
  return [`  exit ${exitCode}: ${next ?? belowWords(summary)}`];
}

function belowWords({ below }: ExperimentSummary): string {
  return below === 1 ? "one run is below its required score" : `${below} runs are below their required score`;
}
