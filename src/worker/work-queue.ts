// Works the ledger's queue: claims what this worker can run while it has free slots, adopts what has lost its
// supervisor, and goes on until it is asked to stop or, if so told, until nothing is left for it.

import { setTimeout as wait } from "node:timers/promises";
import { RunledgerError } from "../core/errors.ts";
import { lanePartsOf } from "../core/lane.ts";
import { isTerminal } from "../core/moves.ts";
import { type Abilities, canTake } from "../core/queue-view.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { isPassingFault } from "./passing-fault.ts";
import { settle } from "./settle.ts";
import { takeOverSilent } from "./take-over.ts";
import type { Worker } from "./worker.ts";

/** What a worker tells of itself as it works. */
export type WorkNews =
  | { type: "claimed" | "adopted" | "ended" | "handedBack" | "left"; run: Run }
  | { type: "failed"; runId: string; error: unknown }
  /** The ledger is full, locked or away: it is tried again, and no run is lost to it. */
  | { type: "ledgerFault"; error: unknown }
  /** Supervisor and process are gone; or, on another host, silent for so long that they have to be. */
  | { type: "concluded" | "takenOver"; runIds: string[] };

export type QueueWorkOptions = {
  ledger: Ledger;
  worker: Worker;
  /** Runs at once; what is adopted counts, and is adopted all the same when all are taken. */
  slots: number;
  can: Abilities;
  /** What the runner of this run sees of this process's environment. */
  envOf: (run: Run) => Record<string, string>;
  /** Ends when it has nothing to do and nothing waits for it. */
  isUntilIdle: boolean;
  onNews: (news: WorkNews) => void;
};

/** Between two looks at the locks of those who supervise, milliseconds; between two looks at the queue without news. */
const lookMs = 200;
/** News come in hundreds a second; the queue is looked at this often at most, milliseconds. */
const passMs = 2;
/** How long a failing ledger is left alone before the next try, milliseconds. */
const ledgerRetryMs = 500;

export class QueueWork {
  readonly #of: QueueWorkOptions;
  /** Runs that are supervised here, by id. */
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #lookedMs = Number.NEGATIVE_INFINITY;
  #passedMs = 0;
  #isFull = false;

  constructor(of: QueueWorkOptions) {
    this.#of = of;
  }

  /** How many runs are supervised here now. */
  get running(): number {
    return this.#lanes.size;
  }

  /** Takes no more runs; `toEnd` resolves when those that it has are over. Workers that read the ledger are told. */
  drain(): void {
    this.#stop.abort();
  }

  /** Takes no more, and leaves what runs to whoever comes next: their runners go on. */
  leave(): void {
    this.#stop.abort();
    this.#of.worker.leave();
  }

  /** Works until drained, left or idle. @throws what cannot pass by itself, once all that runs here is over. */
  async toEnd(): Promise<void> {
    try {
      while (!this.#stop.signal.aborted && !(await this.#passOver())) {
        // The next pass.
      }
    } finally {
      await this.#sayDraining();
      await Promise.all(this.#lanes.values());
    }
  }

  /** One pass: what was orphaned, what waits, and then a wait for news. True when idle and meant to end then. */
  async #passOver(): Promise<boolean> {
    const { ledger, onNews } = this.#of;
    const since = ledger.changeMark();
    this.#passedMs = performance.now();
    try {
      await this.#adoptOrphans();
      await this.#claimAll();
      if (await this.#isIdle()) return true;
      await this.#nextNews(since);
    } catch (error) {
      if (!isPassingFault(error)) throw error;
      onNews({ type: "ledgerFault", error });
      await this.#pause(ledgerRetryMs);
    }
    return false;
  }

  /** Looks at the locks of supervisors, a few times a second; a death costs one indexed query until it happens. */
  async #adoptOrphans(): Promise<void> {
    if (performance.now() - this.#lookedMs < lookMs) return;
    this.#lookedMs = performance.now();
    const { ledger, worker, onNews } = this.#of;
    const { concluded, unsupervised } = await settle(ledger);
    if (concluded.length > 0) onNews({ type: "concluded", runIds: concluded });
    const taken = await takeOverSilent(ledger);
    if (taken.length > 0) onNews({ type: "takenOver", runIds: taken });
    for (const runId of unsupervised) {
      if (this.#lanes.has(runId)) continue;
      this.#supervise(runId, () => worker.adoptOnce(runId, (run) => onNews({ type: "adopted", run })));
    }
  }

  async #claimAll(): Promise<void> {
    const { ledger, worker, slots, can, envOf, onNews } = this.#of;
    while (this.#lanes.size < slots && !this.#stop.signal.aborted) {
      const claimed = await ledger.claim(worker.newClaim(), can);
      if (claimed === null) return;
      const { run } = claimed;
      onNews({ type: "claimed", run });
      this.#supervise(run.id, () => worker.runOnce(run, { env: envOf(run) }));
    }
    this.#isFull = this.#lanes.size >= slots;
  }

  #supervise(runId: string, work: () => Promise<Run | null>): void {
    const { onNews } = this.#of;
    const lane = work()
      .then((run) => {
        if (run !== null) onNews({ type: wordFor(run), run });
      })
      .catch((error: unknown) => onNews({ type: "failed", runId, error }))
      .then(() => void this.#lanes.delete(runId));
    this.#lanes.set(runId, lane);
  }

  /** Nothing runs here and nothing waits that this worker could take, now or after a delay. */
  async #isIdle(): Promise<boolean> {
    const { ledger, can, isUntilIdle } = this.#of;
    if (!isUntilIdle || this.#lanes.size > 0) return false;
    for (let pageToken: string | null | undefined; pageToken !== null; ) {
      const page = await ledger.listRuns({ statuses: ["queued"] }, { pageSize: 500, pageToken: pageToken ?? null });
      if (page.runs.some((run) => canTake(can, lanePartsOf(run)))) return false;
      pageToken = page.nextToken;
    }
    return true;
  }

  /** Until a lane has ended or the ledger has changed, or until it is time to look at the locks. */
  async #nextNews(since: number): Promise<void> {
    const { ledger } = this.#of;
    const woken = new AbortController();
    const signal = AbortSignal.any([woken.signal, this.#stop.signal]);
    // What happens in the ledger does not matter to one whose slots are all taken.
    const news = this.#isFull
      ? this.#pause(lookMs, signal)
      : ledger.waitForChange({ since, timeoutMs: lookMs, signal }).then(() => this.#pace(signal));
    await Promise.race([...this.#lanes.values(), news]);
    woken.abort();
  }

  /** The first news are heard at once, those right after them together. */
  async #pace(signal: AbortSignal): Promise<void> {
    const leftMs = passMs - (performance.now() - this.#passedMs);
    if (leftMs > 0) await this.#pause(leftMs, signal);
  }

  async #pause(ms: number, signal: AbortSignal = this.#stop.signal): Promise<void> {
    await wait(ms, undefined, { signal }).catch(() => undefined);
  }

  async #sayDraining(): Promise<void> {
    const { ledger, worker, onNews } = this.#of;
    try {
      await ledger.record({ type: "worker.drained", data: { worker: worker.id } }, "worker");
    } catch (error) {
      // It is only for those who ask what runs wait for; its lock will say the rest.
      if (!isPassingFault(error) && !(error instanceof RunledgerError)) throw error;
      onNews({ type: "ledgerFault", error });
    }
  }
}

function wordFor(run: Run): "ended" | "handedBack" | "left" {
  if (isTerminal(run.status) || run.status === "paused") return "ended";
  return run.status === "queued" ? "handedBack" : "left";
}

/**
 * Says of each attempt that this worker supervised and has left that nobody does now, and that the worker is gone. To
 * be called when supervision has ended and before the worker's lock is let go.
 */
export async function sayLeft(ledger: Ledger, worker: Worker): Promise<string[]> {
  const live = await ledger.liveAttempts(worker.id);
  const evidence = `worker ${worker.id} was asked to stop and left it`;
  await Promise.all(
    live.map(({ runId, claimId }) => ledger.execute(runId, { type: "orphan", claimId, evidence }, "worker")),
  );
  await ledger.record({ type: "worker.gone", data: { worker: worker.id, evidence: "it was asked to stop" } }, "worker");
  return live.map(({ runId }) => runId);
}
