// Runs an experiment here: plans it whole, works its queue with several runs at once, shows it live, and sums it up.
// `resume` and `retry` go on with one in the same way.

import { contentOfBenchmark } from "../benchmarks/subject-content.ts";
import { RunledgerError } from "../core/errors.ts";
import { type Experiment, summarize } from "../core/experiment.ts";
import { shortId } from "../core/ids.ts";
import { cellCount } from "../core/plan-experiment.ts";
import type { Run } from "../core/run.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { Cursor, Ledger } from "../ledger/ledger.ts";
import { experimentHeader } from "../views/experiment-words.ts";
import { startWorker } from "../worker/worker.ts";
import type { Context } from "./command.ts";
import { exitCodeOfExperiment } from "./exit-code.ts";
import { ExperimentView, printExperiment } from "./experiment-view.ts";
import { cancelCells, ExperimentWork } from "./experiment-work.ts";
import { followExperiment } from "./follow-experiment.ts";
import { findInstallation } from "./installation.ts";
import { type Interrupt, type Interrupts, onInterrupt } from "./interrupts.ts";
import { ledgerWords } from "./paths.ts";
import { experimentPlan, worstCase, worstWords } from "./print-plan.ts";
import { wantsJsonl } from "./print-run.ts";
import { isLeftToWorkers, leaveExperiment } from "./queue-run.ts";
import type { RunPlan } from "./run-plan.ts";
import { withLedger } from "./with-ledger.ts";

/** Contents written at once: each waits for the disk. */
const blobsAtOnce = 16;

/** Plans the experiment and runs it to its end. @returns the exit code */
export async function runExperiment(plan: RunPlan, context: Context): Promise<number> {
  refuseTooLarge(cellCount(experimentPlan(plan, () => "")));
  return withLedger(context, { purpose: "write" }, async (ledger) => {
    const digests = await keepContents(ledger, plan);
    const planned = experimentPlan(plan, (id) => digests.get(id) ?? "");
    // From here on an interrupt must not end this process before the runs.
    const cancel = new CellCanceller(ledger, context);
    using interrupts = onInterrupt(cancel.ask);
    // Whoever wants every event wants those of the plan, too; for all others they are thousands of the same.
    const before = wantsJsonl(context) ? await ledger.headCursor() : null;
    const experiment = await ledger.planExperiment(planned, "cli");
    if (isLeftToWorkers(context)) return leaveExperiment(ledger, experiment, plan.jobs, context);
    const after = before ?? (await ledger.headCursor());
    context.output.progress(`ledger  ${ledgerWords(ledger, context)}`);
    context.output.progress(
      `${experimentHeader(experiment)}   worst case under the limits: ${worstWords(worstCase(planned))}\n`,
    );
    return await workExperiment({
      ...{ ledger, context, experiment, after, jobs: plan.jobs, cancel, interrupts },
      isFailFast: context.options.flag("fail-fast"),
    });
  });
}

/** What is the same for `run`, `resume` and `retry`: work, live view, table, sums and exit code. */
export async function workExperiment(of: {
  ledger: Ledger;
  context: Context;
  experiment: Experiment;
  /** From where its events are shown. */
  after: Cursor;
  jobs: number;
  isFailFast: boolean;
  cancel: CellCanceller;
  interrupts: Interrupts;
}): Promise<number> {
  const { ledger, context, experiment, after, jobs, isFailFast, cancel, interrupts } = of;
  const { output, env } = context;
  if (wantsJsonl(context)) {
    output.json({ type: "launched", experimentId: experiment.id, ledger: ledger.url, pid: process.pid });
  }
  const spares = Math.min(jobs, Math.max(1, experiment.cells));
  await using worker = await startWorker({
    ...{ ledger, spares, keepsSpares: true, experimentId: experiment.id },
    ...findInstallation(env),
  });
  const work = new ExperimentWork({ ledger, worker, experimentId: experiment.id, jobs, env });
  const view = new ExperimentView(ledger, context, experiment);
  const stop = new AbortController();
  let isCutShort = false;
  const following = followExperiment({
    ...{ ledger, experimentId: experiment.id, after, signal: stop.signal },
    onEvent: (event) => view.event(event),
    onEnded: async (run) => {
      await view.ended(run);
      if (!isFailFast || isCutShort || !isReasonToStop(run)) return;
      isCutShort = true;
      output.warn(`${shortId(run.id)} did not pass: the rest is cancelled (--fail-fast)`);
      cancel.now(null, "cli: fail-fast");
    },
    onReset: () => view.reset(),
    onLook: () => view.look(),
  });
  cancel.begin(experiment.id, work);
  const working = work.toEnd();
  try {
    await Promise.race([working, following]);
  } finally {
    stop.abort();
    // What cannot be shown is not begun any more; what runs is brought to its end.
    work.stop();
    await Promise.all([working, following, cancel.done()]).finally(() => view.close());
  }
  const done = (await ledger.getExperiment(experiment.id)) ?? experiment;
  const exitCode = exitCodeOfExperiment(summarize(done), { isInterrupted: interrupts.count > 0, isCutShort });
  await printExperiment({ ledger, context, experiment: done, exitCode });
  return exitCode;
}

/** Cancels what is left of an experiment, once there is one: an interrupt that comes before is obeyed then. */
export class CellCanceller {
  readonly #ledger: Ledger;
  readonly #context: Context;
  #of: { experimentId: string; work: ExperimentWork } | null = null;
  #asked: Interrupt | null = null;
  #sweeps: Promise<unknown> = Promise.resolve();

  constructor(ledger: Ledger, context: Context) {
    this.#ledger = ledger;
    this.#context = context;
  }

  begin(experimentId: string, work: ExperimentWork): void {
    this.#of = { experimentId, work };
    if (this.#asked !== null) this.ask(this.#asked);
  }

  /** The first interrupt gives each run its own grace, each further one none. */
  readonly ask = (interrupt: Interrupt): void => {
    this.#asked = interrupt;
    if (this.#of === null) return;
    const isImpatient = interrupt.count > 1;
    const words = isImpatient ? "cancelling without grace" : "cancelling the rest; once more to cancel without grace";
    this.#context.output.warn(words);
    this.now(isImpatient ? 0 : null, interrupt.actor);
  };

  /** @param graceMs Null: each run's own. */
  now(graceMs: number | null, actor: string): void {
    if (this.#of === null) return;
    const { experimentId, work } = this.#of;
    work.stop();
    const sweep = cancelCells(this.#ledger, experimentId, { graceMs, actor }).catch((error: unknown) => {
      this.#context.output.warn(`the cancel was refused: ${error instanceof Error ? error.message : String(error)}`);
    });
    this.#sweeps = Promise.all([this.#sweeps, sweep]);
  }

  async done(): Promise<void> {
    await this.#sweeps;
  }
}

/** Keeps the content of each benchmark once, a few at a time. @returns its digest by the benchmark's id */
async function keepContents(ledger: Ledger, { benchmarks }: RunPlan): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  const rest = benchmarks.values();
  const lane = async (): Promise<void> => {
    for (const benchmark of rest) {
      const content = Buffer.from(JSON.stringify(contentOfBenchmark(benchmark)), "utf8");
      digests.set(benchmark.id, await ledger.putBlob(content));
    }
  };
  await Promise.all(Array.from({ length: blobsAtOnce }, lane));
  return digests;
}

function refuseTooLarge(cells: number): void {
  const max = systemLimits.experimentCellsMax;
  if (cells <= max) return;
  throw new RunledgerError("usage.bad-value", `the plan has ${cells} runs; an experiment has at most ${max}`);
}

function isReasonToStop({ status, passed }: Run): boolean {
  return status !== "cancelled" && (status !== "completed" || passed === false);
}
