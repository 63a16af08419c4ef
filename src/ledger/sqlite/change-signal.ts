// Wakes those who wait for a change of the ledger: at once for commits of this process, by the bell for those of
// others, and by a look at the data version four times a second for whatever the bell did not tell.

import { watchOrPoll } from "../../protocol/watch-file.ts";

/** How often the data version is looked at while somebody waits, milliseconds. */
const lookMs = 250;

export class ChangeSignal {
  readonly #bellPath: string;
  readonly #dataVersion: () => Promise<number>;
  readonly #waiters = new Set<() => void>();
  #mark = 0;
  #watcher: { close(): void } | null = null;
  #lookTimer: NodeJS.Timeout | null = null;
  #seenVersion: number;
  #isClosed = false;

  /** @param seenVersion The data version at a moment before which nobody has read anything. */
  constructor(of: { bellPath: string; seenVersion: number; dataVersion: () => Promise<number> }) {
    this.#bellPath = of.bellPath;
    this.#seenVersion = of.seenVersion;
    this.#dataVersion = of.dataVersion;
  }

  /** Grows with each sign of a change. */
  get mark(): number {
    this.#listen();
    return this.#mark;
  }

  /** Something was committed. */
  changed(): void {
    this.#mark += 1;
    for (const wake of this.#waiters) wake();
  }

  /** True as soon as there was a sign after `since`; false after `timeoutMs`, or when the signal aborts. */
  async wait({
    since,
    timeoutMs,
    signal,
  }: {
    since: number;
    timeoutMs: number;
    signal?: AbortSignal | undefined;
  }): Promise<boolean> {
    this.#listen();
    if (this.#mark > since) return true;
    if (signal?.aborted || this.#isClosed) return false;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    this.#waiters.add(resolve);
    const abort = () => resolve();
    signal?.addEventListener("abort", abort, { once: true });
    this.#lookTimer ??= setInterval(() => void this.#look(), lookMs);
    // What was committed before anybody listened rang no bell that was heard.
    void this.#look();
    await promise;
    clearTimeout(timer);
    this.#waiters.delete(resolve);
    signal?.removeEventListener("abort", abort);
    if (this.#waiters.size === 0) this.#stopLooking();
    return this.#mark > since;
  }

  close(): void {
    this.#isClosed = true;
    this.#watcher?.close();
    this.#watcher = null;
    this.#stopLooking();
    for (const wake of this.#waiters) wake();
  }

  #listen(): void {
    if (this.#watcher !== null || this.#isClosed) return;
    // A bell that cannot be heard is no reason to end: the looks go on.
    this.#watcher = watchOrPoll(this.#bellPath, () => this.changed());
  }

  async #look(): Promise<void> {
    try {
      const version = await this.#dataVersion();
      if (version === this.#seenVersion) return;
      this.#seenVersion = version;
      this.changed();
    } catch {
      // The ledger is being closed; those who wait are told by close().
    }
  }

  #stopLooking(): void {
    if (this.#lookTimer !== null) clearInterval(this.#lookTimer);
    this.#lookTimer = null;
  }
}
