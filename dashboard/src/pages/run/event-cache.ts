// Events of one run by their seq, read in pages and kept as long as there is room. An event never changes, so what is
// kept is never wrong; only the last page grows.

import type { EventBody } from "../../../../src/protocol/http-resources.ts";
import { client } from "../../api/client.ts";

const pageSize = 200;
/** Pages kept at once: what several screens need, and no more however far somebody scrolls. */
const pagesMax = 60;

export class EventCache {
  readonly #runId: string;
  readonly #listeners = new Set<() => void>();
  readonly #pages = new Map<number, EventBody[]>();
  readonly #reading = new Set<number>();
  #version = 0;
  #error: unknown = null;

  constructor(runId: string) {
    this.#runId = runId;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** A number that is another one after each change. */
  readonly version = (): number => this.#version;

  get error(): unknown {
    return this.#error;
  }

  at(seq: number): EventBody | null {
    return this.#pages.get(pageOf(seq))?.[(seq - 1) % pageSize] ?? null;
  }

  /** Reads what is not here of the events from `first` to `last`. */
  want(first: number, last: number): void {
    for (let page = pageOf(first); page <= pageOf(last); page += 1) {
      const wanted = Math.min(last - page * pageSize, pageSize);
      if ((this.#pages.get(page)?.length ?? 0) < wanted) void this.#read(page);
    }
  }

  retry(): void {
    this.#error = null;
    this.#changed();
  }

  async #read(page: number): Promise<void> {
    if (this.#reading.has(page) || this.#error !== null) return;
    this.#reading.add(page);
    try {
      const answer = await client.call("runEvents", {
        params: { id: this.#runId },
        query: { after: page * pageSize, limit: pageSize },
      });
      this.#pages.delete(page);
      this.#pages.set(page, answer.events);
      for (const oldest of this.#pages.keys()) {
        if (this.#pages.size <= pagesMax) break;
        this.#pages.delete(oldest);
      }
    } catch (error) {
      this.#error = error;
    } finally {
      this.#reading.delete(page);
    }
    this.#changed();
  }

  #changed(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}

function pageOf(seq: number): number {
  return Math.floor((seq - 1) / pageSize);
}
