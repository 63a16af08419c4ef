// `watch [ID]`: a run as it goes, until it ends. A run that nobody supervises is adopted, also one whose supervisor dies
// while it is being watched.

import { setTimeout as wait } from "node:timers/promises";
import { shortId } from "../core/ids.ts";
import { isActive } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RunnerFacts } from "../protocol/spec.ts";
import { attemptFolder } from "../worker/attempt-folder.ts";
import { readRunnerFacts } from "../worker/conclude.ts";
import { isAlive } from "../worker/process-facts.ts";
import { isRunnerSeen } from "../worker/runner-lock.ts";
import { settle } from "../worker/settle.ts";
import { takeOverSilent } from "../worker/take-over.ts";
import type { Worker } from "../worker/worker.ts";
import type { Command, Context } from "./command.ts";
import { exitCodeOfExec, exitCodeOfRun, exitCodes } from "./exit-code.ts";
import { findRunOrExperiment } from "./find-experiment.ts";
import { onInterrupt } from "./interrupts.ts";
import { lookAt } from "./look.ts";
import { printEnding, printLive, wantsJsonl } from "./print-run.ts";
import { runnerEnv } from "./runner-env.ts";
import { startOptions } from "./start-options.ts";
import { openWorker } from "./start-run.ts";
import { watchExperiment } from "./watch-experiment.ts";
import { withLedger } from "./with-ledger.ts";

/** Between two looks at whether an adoption has come through, should no news tell of it. */
const lookMs = 250;
/** How long a run whose supervision failed here is left to others before it is looked at again, milliseconds. */
const againMs = 1_000;

export const watchCommand: Command = {
  name: "watch",
  group: "Look",
  readsConfig: true,
  summary: "live, until it ends; adopts a run that nobody supervises",
  usage: "watch [ID|EXPERIMENT]",
  notes: "Without an ID the newest run is meant. Leaving it with Ctrl-C leaves the run alone.",
  options: { jsonl: startOptions.jsonl },
  isRemote: true,
  operands: { min: 0, max: 1 },
  run,
};

async function run(context: Context): Promise<number> {
  return withLedger(context, { purpose: "supervise" }, async (ledger, { linesTaken }) => {
    const { run: found, experiment } = await findRunOrExperiment(ledger, context.operands[0] ?? "last");
    if (experiment !== null) return watchExperiment(ledger, experiment, context);
    const { id } = found;
    const stop = new AbortController();
    using interrupts = onInterrupt(() => stop.abort(), context.output.gone);
    await using guardian = new Guardian(ledger, context, linesTaken.get(id) ?? 0);
    const story = await printLive({
      ledger,
      runId: id,
      context,
      signal: stop.signal,
      onBegun: async () => {
        const now = await ledger.getRun(id);
        if (now !== null) await guardian.look(now);
      },
      onLook: (run) => guardian.look(run),
    });
    if (interrupts.count > 0) {
      context.output.progress(
        `no longer watched; ${guardian.isSupervising ? "nobody supervises it now" : "it goes on"}`,
      );
      return exitCodes.interrupted;
    }
    const exitCode = story.run.kind === "command" ? exitCodeOfExec(story.run, false) : exitCodeOfRun(story.run);
    const resource = await printEnding({ ledger, story, context, exitCode, isFirst: true });
    if (context.output.isJson && !wantsJsonl(context)) context.output.json(resource);
    return exitCode;
  });
}

/** `adopted f00d51e7: pid 48990 alive, same start time; 212 journal lines waited and were taken` */
function adoptedLine(
  { id, home }: { id: string; home: string },
  runner: RunnerFacts | null,
  linesTaken: number,
): string {
  const who = runner === null ? "no runner yet" : `pid ${runner.pid} ${signOfLife(home, runner)}`;
  const lines = linesTaken === 1 ? "1 journal line waited and was" : `${linesTaken} journal lines waited and were`;
  return `adopted ${shortId(id)}: ${who}; ${lines} taken`;
}

function signOfLife(home: string, runner: RunnerFacts): string {
  if (isAlive(runner)) return "alive, same start time";
  return isRunnerSeen(home, runner) ? "alive, its lock is held" : "gone meanwhile";
}

/** Sees to it that somebody supervises the run: if nobody does, this process. */
class Guardian implements AsyncDisposable {
  readonly #ledger: Ledger;
  readonly #context: Context;
  /** Journal lines that had waited for somebody and were taken here. */
  #linesTaken: number;
  #worker: Worker | null = null;
  #adoption: Promise<void> | null = null;
  #waitTold: string | null = null;
  #faultTold: string | null = null;

  constructor(ledger: Ledger, context: Context, linesTaken: number) {
    this.#ledger = ledger;
    this.#context = context;
    this.#linesTaken = linesTaken;
  }

  get isSupervising(): boolean {
    return this.#adoption !== null;
  }

  async look(run: Run): Promise<void> {
    if (run.status === "queued") return this.#sayWhyQueued(run);
    if (this.#adoption !== null || !isActive(run.status) || run.attempt === null) return;
    if (!(await this.#ledger.isLockFree(run.attempt.worker))) {
      // Where hosts share the ledger, a worker that was stopped holds its lock, and its runners have ended themselves.
      await takeOverSilent(this.#ledger);
      return;
    }
    // What has lost its runner too is concluded here, and there is nothing left to adopt.
    const { unsupervised, linesTaken } = await settle(this.#ledger);
    this.#linesTaken += linesTaken.get(run.id) ?? 0;
    if (!unsupervised.includes(run.id)) {
      // It may be out of reach: then whoever waits for it waits for its worker to have been silent for long enough.
      await takeOverSilent(this.#ledger);
      return;
    }
    this.#worker ??= await openWorker(this.#ledger, this.#context, 0);
    const worker = this.#worker;
    this.#adoption = this.#adopt(worker, run);
    await this.#tellAdopted(worker.id, run.id);
  }

  /** Whoever watches a run that waits is told once for what. */
  async #sayWhyQueued(run: Run): Promise<void> {
    const { waitingFor } = await lookAt(this.#ledger, run);
    const words = waitingFor.map(({ message }) => message).join(", ");
    if (words === this.#waitTold) return;
    this.#waitTold = words;
    const hint = words.startsWith("no worker") ? "; npx runledger worker starts one" : "";
    this.#context.output.progress(`waits   ${words}${hint}`);
  }

  /** Says what was adopted as soon as the ledger says so: of two adopters one loses, and says nothing. */
  async #tellAdopted(worker: string, runId: string): Promise<void> {
    while (this.#adoption !== null) {
      const since = this.#ledger.changeMark();
      const attempt = (await this.#ledger.getRun(runId))?.attempt;
      if (attempt?.worker === worker) {
        const { home } = this.#ledger;
        const facts = readRunnerFacts(attemptFolder({ home, runId, attempt: attempt.number }));
        this.#context.output.progress(adoptedLine({ id: runId, home }, facts, this.#linesTaken));
        this.#linesTaken = 0;
        return;
      }
      await this.#ledger.waitForChange({ timeoutMs: lookMs, since });
    }
  }

  /** Never rejects: what goes wrong is said, and a later look tries again. */
  async #adopt(worker: Worker, run: Run): Promise<void> {
    try {
      await worker.adopt(run.id, { env: runnerEnv(run, this.#context.env) });
    } catch (error) {
      // Once it is no longer watched, the ledger is closed under the supervision, and the next one adopts.
      if (this.#worker !== null) await this.#letGo(worker, String(error));
    } finally {
      this.#adoption = null;
    }
  }

  /** For as long as the worker lives the attempt counts as supervised, and nobody looks after it. */
  async #letGo(worker: Worker, fault: string): Promise<void> {
    this.#worker = null;
    if (fault !== this.#faultTold) this.#context.output.warn(`not supervised from here: ${fault}`);
    this.#faultTold = fault;
    await worker.close().catch(() => {});
    await wait(againMs, undefined, { ref: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.close();
  }
}
