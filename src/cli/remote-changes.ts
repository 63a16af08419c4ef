// The sign that a ledger behind a server has changed: its live stream of changes, listened to from the first wait on. It
// is a hint to read, so a stream that breaks costs nothing but the time until the next look.

import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "../protocol/http-client.ts";

/** How long a stream that broke is left alone, milliseconds. */
const againMs = 500;

export class RemoteChanges {
  readonly #client: Client;
  readonly #stop = new AbortController();
  readonly #waiting = new Set<() => void>();
  #listening: Promise<void> | null = null;
  #mark = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  get mark(): number {
    return this.#mark;
  }

  /** True once there was a sign after `since`, false after the time or when the signal aborts. */
  async wait(of: { since: number; timeoutMs: number; signal?: AbortSignal | undefined }): Promise<boolean> {
    const { since, timeoutMs, signal } = of;
    this.#listening ??= this.#listen();
    if (this.#mark > since) return true;
    if (signal?.aborted || this.#stop.signal.aborted) return false;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    const timer = setTimeout(resolve, timeoutMs);
    const abort = () => resolve();
    signal?.addEventListener("abort", abort, { once: true });
    await promise;
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    this.#waiting.delete(resolve);
    return this.#mark > since;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    for (const wake of this.#waiting) wake();
    await this.#listening;
  }

  async #listen(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const options = { query: { runs: "changes" as const }, signal };
        const { body } = await this.#client.raw("allEvents", "text/event-stream", options);
        for await (const _ of (body ?? []) as AsyncIterable<Uint8Array>) this.#ring();
      } catch {
        // Whoever reads meets what is wrong, and says so.
      }
      // What happened between two streams is not told by the next one.
      this.#ring();
      await wait(againMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #ring(): void {
    this.#mark += 1;
    for (const wake of this.#waiting) wake();
  }
}
