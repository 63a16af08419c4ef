// Works the ledger's queue: claims what this worker can run while it has free slots, adopts what has lost its
// supervisor, and goes on until it is asked to stop or, if so told, until nothing is left for it.

import { setTimeout as wait } from "node:timers/promises";
import { problemOf, RunledgerError } from "../core/errors.ts";
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
  /** A fault broke the supervision of this run off; it is taken up again in a while. The same fault is told once. */
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
/** Between two looks for attempts of one's own that nothing looks after, milliseconds. */
const ownLookMs = 1_000;
/** How long a run whose supervision has failed is left alone at first, and at most, milliseconds. */
const againMs = { first: 1_000, max: 60_000 };

/** A run that is supervised here. */
type Lane = { runId: string };
/** A run whose supervision has failed: when it is tried again, on the monotonic clock, and what was told of it. */
type Dropped = { tries: number; notBeforeMs: number; told: string };

export class QueueWork {
  readonly #of: QueueWorkOptions;
  readonly #lanes = new Set<Lane>();
  readonly #dropped = new Map<string, Dropped>();
  readonly #stop = new AbortController();
  #isLeaving = false;
  /** Ends the wait of the present pass: a lane is over, or no more is to be done. */
  #wake = new AbortController();
  #lookedMs = Number.NEGATIVE_INFINITY;
  #lookedForOwnMs = Number.NEGATIVE_INFINITY;
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
    this.#wake.abort();
  }

  /** Takes no more, and leaves what runs to whoever comes next: their runners go on. */
  leave(): void {
    this.#isLeaving = true;
    this.drain();
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
      await this.#untilOver();
    }
  }

  /** What runs here goes on to its end, or is left. As long as that takes, this worker looks after all that it holds. */
  async #untilOver(): Promise<void> {
    while (this.#lanes.size > 0) {
      this.#wake = new AbortController();
      await this.#takeUpOwn().catch((error: unknown) => this.#of.onNews({ type: "ledgerFault", error }));
      if (this.#lanes.size > 0) await this.#pause(ownLookMs, this.#wake.signal);
    }
  }

  /** One pass: what was orphaned, what waits, and then a wait for news. True when idle and meant to end then. */
  async #passOver(): Promise<boolean> {
    const { ledger, onNews } = this.#of;
    const since = ledger.changeMark();
    // What ends from here on is either seen in this pass or ends its wait.
    this.#wake = new AbortController();
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
      if (this.#stop.signal.aborted || !this.#mayTake(runId)) continue;
      this.#supervise(runId, () => worker.adoptOnce(runId, (run) => onNews({ type: "adopted", run })));
    }
    await this.#takeUpOwn();
  }

  /**
   * Takes up attempts of this worker's own that nothing here looks after: a fault broke that off, or the answer to their
   * claim was lost. Nobody else would, since this worker lives.
   */
  async #takeUpOwn(): Promise<void> {
    if (performance.now() - this.#lookedForOwnMs < ownLookMs) return;
    this.#lookedForOwnMs = performance.now();
    const { ledger, worker } = this.#of;
    for (const { runId, claimId } of await ledger.liveAttempts(worker.id)) {
      // Claims and adoptions of this pass have their lanes by now, or come after it.
      if (this.#mayTake(runId)) this.#supervise(runId, () => worker.takeUpAgain({ runId, claimId }));
    }
    // What nobody has tried again for so long is over, or another's.
    for (const [runId, { notBeforeMs }] of this.#dropped) {
      if (performance.now() - notBeforeMs > againMs.max && !this.#isHere(runId)) this.#dropped.delete(runId);
    }
  }

  #isHere(runId: string): boolean {
    return this.#lanes.values().some((lane) => lane.runId === runId);
  }

  #mayTake(runId: string): boolean {
    const { notBeforeMs = 0 } = this.#dropped.get(runId) ?? {};
    return !this.#isLeaving && !this.#isHere(runId) && performance.now() >= notBeforeMs;
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
    const lane: Lane = { runId };
    void work()
      .then((run) => {
        this.#dropped.delete(runId);
        if (run !== null) onNews({ type: wordFor(run), run });
      })
      .catch((error: unknown) => this.#drop(runId, error))
      .then(() => {
        this.#lanes.delete(lane);
        this.#wake.abort();
      });
    this.#lanes.add(lane);
  }

  /** The run is left alone for a while, longer each time: a fault that stays keeps nobody busy, and is told once. */
  #drop(runId: string, error: unknown): void {
    const before = this.#dropped.get(runId);
    const tries = (before?.tries ?? 0) + 1;
    const told = problemOf(error).detail;
    const pauseMs = Math.min(againMs.first * 2 ** (tries - 1), againMs.max);
    this.#dropped.set(runId, { tries, notBeforeMs: performance.now() + pauseMs, told });
    if (told !== before?.told) this.#of.onNews({ type: "failed", runId, error });
  }

  /** Nothing is this worker's, be it dropped for a while, and nothing waits that it could take, now or after a delay. */
  async #isIdle(): Promise<boolean> {
    const { ledger, worker, can, isUntilIdle } = this.#of;
    if (!isUntilIdle || this.#lanes.size > 0) return false;
    if ((await ledger.liveAttempts(worker.id)).length > 0) return false;
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
    // Lanes ring, rather than be raced for: each race would stay with every lane for as long as that lives.
    const { signal } = this.#wake;
    // What happens in the ledger does not matter to one whose slots are all taken.
    if (this.#isFull) return this.#pause(lookMs, signal);
    await ledger.waitForChange({ since, timeoutMs: lookMs, signal });
    await this.#pace(signal);
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
    const { worker, onNews } = this.#of;
    try {
      await worker.sayDraining();
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
  await worker.sayGone("it was asked to stop");
  return live.map(({ runId }) => runId);
}
