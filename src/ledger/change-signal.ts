// Wakes those who wait for a change of the ledger: at once for commits of this process, by what the database tells of
// those of others, and by a look at its version four times a second for whatever that did not tell.

/** How often the version is looked at while somebody waits, milliseconds. */
const lookMs = 250;

/** What is looked at and listened to. */
export type ChangeSource = {
  /** Something that differs once others have changed the ledger. */
  version(): Promise<number | string>;
  /** Begins to tell of changes that others make. */
  listen(changed: () => void): { close(): void };
};

export class ChangeSignal {
  readonly #source: ChangeSource;
  readonly #waiters = new Set<() => void>();
  #mark = 0;
  #listener: { close(): void } | null = null;
  #lookTimer: NodeJS.Timeout | null = null;
  #hasLooked = false;
  #seenVersion: number | string;
  #isClosed = false;

  /** @param seenVersion The version at a moment before which nobody has read anything. */
  constructor(source: ChangeSource, seenVersion: number | string) {
    this.#source = source;
    this.#seenVersion = seenVersion;
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
  async wait(of: { since: number; timeoutMs: number; signal?: AbortSignal | undefined }): Promise<boolean> {
    const { since, timeoutMs, signal } = of;
    this.#listen();
    if (this.#mark > since) return true;
    if (signal?.aborted || this.#isClosed) return false;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    this.#waiters.add(resolve);
    const abort = () => resolve();
    signal?.addEventListener("abort", abort, { once: true });
    this.#lookTimer ??= setInterval(() => void this.#look(), lookMs);
    // What was committed before anybody listened rang no bell that was heard. Later a look at once would mostly find what
    // a bell has told of already, and wake everybody for nothing.
    if (!this.#hasLooked) void this.#look();
    await promise;
    clearTimeout(timer);
    this.#waiters.delete(resolve);
    signal?.removeEventListener("abort", abort);
    if (this.#waiters.size === 0) this.#stopLooking();
    return this.#mark > since;
  }

  close(): void {
    this.#isClosed = true;
    this.#listener?.close();
    this.#listener = null;
    this.#stopLooking();
    for (const wake of this.#waiters) wake();
  }

  #listen(): void {
    if (this.#listener === null && !this.#isClosed) this.#listener = this.#source.listen(() => this.changed());
  }

  async #look(): Promise<void> {
    this.#hasLooked = true;
    try {
      const version = await this.#source.version();
      if (version === this.#seenVersion) return;
      this.#seenVersion = version;
      this.changed();
    } catch {
      // The ledger is being closed, and those who wait are told by close(); or it cannot be read, which readers hear.
    }
  }

  #stopLooking(): void {
    if (this.#lookTimer !== null) clearInterval(this.#lookTimer);
    this.#lookTimer = null;
  }
}
