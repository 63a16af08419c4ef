// Works an experiment's queue empty: claims its cells as slots get free, adopts those that lost their supervisor, and
// stops when nothing of it is open any more. Whatever else happens to a cell comes through the ledger.

import { graceMsOf } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import { summarize } from "../core/experiment.ts";
import { laneOf } from "../core/lane.ts";
import { activeStatuses } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { settle } from "../worker/settle.ts";
import { takeOverSilent } from "../worker/take-over.ts";
import { createWake } from "../worker/wake.ts";
import type { Worker } from "../worker/worker.ts";
import type { Context } from "./command.ts";
import { isDeletion } from "./deletion.ts";
import { runnerEnv } from "./runner-env.ts";

export type ExperimentWorkOptions = {
  ledger: Ledger;
  worker: Worker;
  experimentId: string;
  /** Runs at once. */
  jobs: number;
  env: Context["env"];
};

const pageRuns = 50;
/** Between two looks for work while slots are free: at what others requeue, or leave behind. */
const lookMs = 250;
/** The same while none is: what ends here is heard of at once. */
const fullLookMs = 60_000;

export class ExperimentWork {
  readonly #options: ExperimentWorkOptions;
  /** Cells that are supervised here, by id. */
  readonly #lanes = new Set<string>();
  /** Rings when a cell has ended here. */
  readonly #ended = createWake();
  readonly #queue: { page: Run[]; token: string | null; isEnd: boolean } = { page: [], token: null, isEnd: false };
  #isStopped = false;
  #failure: unknown = null;

  constructor(options: ExperimentWorkOptions) {
    this.#options = options;
  }

  /** Claims no more cells; those that run go on to their end. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when no cell waits or runs, here or elsewhere; when stopped, those that wait are left. */
  async toEnd(): Promise<void> {
    for (;;) {
      const { queued, running } = await this.#counts();
      if (this.#failure === null) await this.#adoptOrphans();
      if (queued > 0) await this.#claimCells();
      const isIdle = this.#lanes.size === 0;
      if (isIdle && this.#failure !== null) throw this.#failure;
      if (isIdle && running === 0 && (queued === 0 || this.#isStopped)) return;
      await this.#nextLook();
    }
  }

  /** Until a cell has ended here, or, while there is a free slot, for a short while. */
  async #nextLook(): Promise<void> {
    // Lanes ring, rather than be raced for: each race would stay with every lane for as long as that lives.
    const isFull = !this.#isStopped && this.#lanes.size >= this.#options.jobs;
    await this.#ended.next(isFull ? fullLookMs : lookMs);
  }

  async #claimCells(): Promise<void> {
    this.#queue.isEnd = false;
    const fullLanes = new Set<string>();
    while (this.#lanes.size < this.#options.jobs && !this.#isStopped) {
      const run = await this.#nextQueued();
      if (run === null) return;
      if (this.#lanes.has(run.id) || fullLanes.has(laneOf(run))) continue;
      const claimed = await this.#claim(run.id);
      // What a limit over all workers has no room for now, it has none for in the rest of this pass.
      if (claimed === "full") fullLanes.add(laneOf(run));
      if (claimed !== "claimed") continue;
      this.#supervise(run.id, () => this.#options.worker.runToEnd(run.id, { env: runnerEnv(run, this.#options.env) }));
    }
  }

  /** The next cell of this pass over the queue, first planned first; null at its end. */
  async #nextQueued(): Promise<Run | null> {
    const queue = this.#queue;
    for (;;) {
      const run = queue.page.shift();
      if (run !== undefined) return run;
      if (queue.isEnd) return null;
      const { ledger, experimentId } = this.#options;
      const filter = { experimentId, statuses: ["queued" as const] };
      const { runs, nextToken } = await ledger.listRuns(filter, {
        ...{ order: "oldest", pageSize: pageRuns, pageToken: queue.token },
      });
      queue.page = runs;
      queue.token = nextToken;
      queue.isEnd = nextToken === null;
    }
  }

  /**
   * `gone` if the cell is no longer to be had: somebody else was faster, or it was cancelled, held or deleted; `full` if
   * a limit has no room.
   */
  async #claim(runId: string): Promise<"claimed" | "gone" | "full"> {
    const { ledger, worker } = this.#options;
    try {
      await ledger.execute(runId, { type: "claim", ...worker.newClaim() }, "worker");
      return "claimed";
    } catch (error) {
      if (!(error instanceof RunledgerError)) throw error;
      if (error.code === "run.no-slot") return "full";
      if (error.code === "run.illegal-move" || isDeletion(error)) return "gone";
      throw error;
    }
  }

  /** Cells that run without anybody who looks after them are gone on with here, before new ones begin. */
  async #adoptOrphans(): Promise<void> {
    const { ledger, worker, experimentId, jobs, env } = this.#options;
    if (this.#lanes.size >= jobs) return;
    // Where hosts share the ledger, a worker that was stopped holds its lock, and its runners have ended themselves.
    await takeOverSilent(ledger);
    for (const run of await runningCells(ledger, experimentId)) {
      const supervisor = run.attempt?.worker ?? worker.id;
      if (this.#lanes.size >= jobs || this.#lanes.has(run.id) || supervisor === worker.id) continue;
      if (!(await ledger.isLockFree(supervisor))) continue;
      this.#supervise(run.id, async () => {
        // Attempts that follow the adopted one need what every other is given.
        if ((await worker.adopt(run.id, { env: runnerEnv(run, env) })) !== null) return;
        // Nobody to adopt: its runner is gone too, and it is concluded like any other; or it is out of reach.
        await settle(ledger);
        await takeOverSilent(ledger);
      });
    }
  }

  #supervise(runId: string, work: () => Promise<unknown>): void {
    this.#lanes.add(runId);
    void work()
      .catch((error: unknown) => {
        if (isDeletion(error)) return;
        // Nothing more is begun; what runs is brought to its end before the failure is told.
        this.#failure ??= error;
        this.stop();
      })
      .then(() => {
        this.#lanes.delete(runId);
        this.#ended.ring();
      });
  }

  async #counts(): Promise<{ queued: number; running: number }> {
    const experiment = await this.#options.ledger.getExperiment(this.#options.experimentId);
    return experiment === null ? { queued: 0, running: 0 } : summarize(experiment);
  }
}

/** Cells that have a process now, in the order in which they got it. Costs as much as there are such runs in the ledger. */
export async function runningCells(ledger: Ledger, experimentId: string): Promise<Run[]> {
  const runs: Run[] = [];
  for (const { runId } of await ledger.liveAttempts()) {
    const run = await runUnlessDeleted(ledger, runId);
    if (run?.experimentId === experimentId) runs.push(run);
  }
  return runs;
}

/** The run, or null if it is not there any more. */
export async function runUnlessDeleted(ledger: Ledger, runId: string): Promise<Run | null> {
  try {
    return await ledger.getRun(runId);
  } catch (error) {
    if (isDeletion(error)) return null;
    throw error;
  }
}

const sweepRuns = 200;

/** Cancels every cell of an experiment that has not ended. @returns those that a process still has to end for. */
export async function cancelCells(
  ledger: Ledger,
  experimentId: string,
  by: { graceMs: number | null; actor: string },
): Promise<string[]> {
  const stopping: string[] = [];
  const filter = { experimentId, statuses: [...activeStatuses, "queued" as const, "paused" as const] };
  for (let pageToken: string | null | undefined; pageToken !== null; ) {
    const page = await ledger.listRuns(filter, { order: "oldest", pageSize: sweepRuns, pageToken: pageToken ?? null });
    pageToken = page.nextToken;
    const asked = page.runs.map(async (run) => {
      const isStopping = await cancelCell(ledger, run, by);
      if (isStopping) stopping.push(run.id);
    });
    await Promise.all(asked);
  }
  return stopping;
}

async function cancelCell(
  ledger: Ledger,
  run: Run,
  { graceMs, actor }: { graceMs: number | null; actor: string },
): Promise<boolean> {
  try {
    const { run: after } = await ledger.execute(run.id, { type: "cancel", graceMs: graceMsOf(run, graceMs) }, actor);
    return after.status === "cancelling";
  } catch (error) {
    // It has ended meanwhile, which is what was wanted.
    if (error instanceof RunledgerError && (error.code === "run.already-ended" || isDeletion(error))) return false;
    throw error;
  }
}
