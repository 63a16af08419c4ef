// The one reader of the ledger's events in this process. It reads after each change and hands what it read to all
// subscribers by reference. It keeps the last batches, so that one who was away for a moment needs no read of its own.

import { setTimeout as wait } from "node:timers/promises";
import type { LedgerEvent } from "../core/events.ts";
import type { Cursor, Ledger } from "../ledger/ledger.ts";
import { type Batch, partAfter, readBatch } from "./event-cursors.ts";

/** What the hub reads from. */
export type HubLedger = Pick<Ledger, "readAll" | "headCursor" | "changeMark" | "waitForChange">;

type Listener = (batch: Batch) => void;
type RunListener = (events: readonly LedgerEvent[]) => void;

const batchEventsMax = 500;
/** Events that are kept for readers that lag. */
const keptEventsMax = 5_000;
const changeWaitMs = 1_000;
/** How long a failing ledger is left alone before the next try, milliseconds. */
const retryMs = 250;
/**
 * News are collected before they are read, since each subscriber costs a write for each batch: half as long as handing
 * out the batch before took, so that streams get at most two thirds of the process. Milliseconds.
 */
const collectMs = { least: 1, most: 25, ofHandingOut: 0.5 };

export class Hub {
  readonly #ledger: HubLedger;
  readonly #onFault: (error: unknown) => void;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<Listener>();
  readonly #ofRun = new Map<string, Set<RunListener>>();
  readonly #kept: Batch[] = [];
  readonly #done: Promise<void>;
  #keptEvents = 0;
  #cursor: Cursor;
  /** When the newest batch had been handed out, and how long that took, by `performance.now()`. */
  #published = { atMs: 0, tookMs: 0 };

  private constructor(ledger: HubLedger, cursor: Cursor, onFault: (error: unknown) => void) {
    this.#ledger = ledger;
    this.#cursor = cursor;
    this.#onFault = onFault;
    this.#done = this.#read();
  }

  /** Begins at the ledger's present head. */
  static async open(ledger: HubLedger, onFault: (error: unknown) => void): Promise<Hub> {
    return new Hub(ledger, await ledger.headCursor(), onFault);
  }

  /** The cursor after the last batch that was handed out. */
  get cursor(): Cursor {
    return this.#cursor;
  }

  /** Calls back with each batch, until the returned function is called. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back with the events of one run, in order of `seq`. */
  subscribeToRun(runId: string, listener: RunListener): () => void {
    const listeners = this.#ofRun.get(runId) ?? new Set();
    this.#ofRun.set(runId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#ofRun.delete(runId);
    };
  }

  /** The kept batch that goes on after this cursor; null if it is the newest, undefined if it is not among the kept. */
  keptAfter(cursor: Cursor): Batch | null | undefined {
    if (cursor === this.#cursor) return null;
    for (const batch of this.#kept) {
      if (batch.from === cursor) return batch;
      if (batch.to === cursor) continue;
      const part = partAfter(batch, cursor);
      if (part !== null) return part;
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #read(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const since = this.#ledger.changeMark();
        const batch = await readBatch(this.#ledger, this.#cursor, batchEventsMax);
        if (batch.events.length > 0) this.#publish(batch);
        if (batch.events.length === batchEventsMax) continue;
        await this.#ledger.waitForChange({ since, timeoutMs: changeWaitMs, signal });
        await this.#collect();
      } catch (error) {
        if (signal.aborted) return;
        this.#onFault(error);
        await wait(retryMs, undefined, { signal }).catch(() => undefined);
        await this.#startAnewIfReset(error);
      }
    }
  }

  /** A ledger that was restored has other cursors: what was kept is of the old one, and every subscriber is told. */
  async #startAnewIfReset(error: unknown): Promise<void> {
    if ((error as { code?: unknown }).code !== "cursor.reset") return;
    const cursor = await this.#ledger.headCursor().catch(() => null);
    if (cursor === null) return;
    this.#kept.length = 0;
    this.#keptEvents = 0;
    this.#publish({ from: cursor, to: cursor, events: [], cursors: [] });
  }

  #publish(batch: Batch): void {
    const begunMs = performance.now();
    this.#cursor = batch.to;
    // One without events would stand in the way of the next, which begins at the same cursor.
    if (batch.events.length > 0) this.#kept.push(batch);
    this.#keptEvents += batch.events.length;
    while (this.#keptEvents > keptEventsMax) this.#keptEvents -= this.#kept.shift()?.events.length ?? 0;
    for (const listener of this.#listeners) listener(batch);
    if (this.#ofRun.size > 0) this.#publishByRun(batch);
    const atMs = performance.now();
    this.#published = { atMs, tookMs: atMs - begunMs };
  }

  #publishByRun({ events: all }: Batch): void {
    for (const [runId, events] of Map.groupBy(all, (event) => event.runId)) {
      for (const listener of this.#ofRun.get(runId ?? "") ?? []) listener(events);
    }
  }

  /** What comes after a silence is handed out at once. */
  async #collect(): Promise<void> {
    const { least, most, ofHandingOut } = collectMs;
    const { atMs, tookMs } = this.#published;
    const leftMs = Math.min(most, Math.max(least, tookMs * ofHandingOut)) - (performance.now() - atMs);
    if (leftMs > 0) await wait(leftMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
