// Events of one run by their seq, read in pages and kept as long as there is room. An event never changes, so what is
// kept is never wrong; only the last page grows.

import type { EventBody } from "../../../../src/protocol/http-resources.ts";

const pageSize = 200;
/** Pages kept at once: what several screens need, and no more however far somebody scrolls. */
const pagesMax = 60;

/** Reads the events of the run after a seq. */
type ReadEvents = (of: { after: number; limit: number }) => Promise<{ events: EventBody[] }>;

export class EventCache {
  readonly #readEvents: ReadEvents;
  readonly #listeners = new Set<() => void>();
  readonly #pages = new Map<number, EventBody[]>();
  /** Pages that are being read, and how many of their events are wanted by now. */
  readonly #reading = new Map<number, number>();
  /** Likewise what has failed, or was wanted since then. */
  readonly #missed = new Map<number, number>();
  #version = 0;
  #error: unknown = null;

  constructor(readEvents: ReadEvents) {
    this.#readEvents = readEvents;
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
      if ((this.#pages.get(page)?.length ?? 0) < wanted) this.#ask(page, wanted);
    }
  }

  retry(): void {
    this.#error = null;
    const missed = [...this.#missed];
    this.#missed.clear();
    for (const [page, wanted] of missed) this.#ask(page, wanted);
    this.#changed();
  }

  #ask(page: number, wanted: number): void {
    const asked = this.#reading.get(page);
    if (asked !== undefined) this.#reading.set(page, Math.max(asked, wanted));
    else if (this.#error !== null) this.#missed.set(page, Math.max(this.#missed.get(page) ?? 0, wanted));
    else void this.#read(page, wanted);
  }

  async #read(page: number, wanted: number): Promise<void> {
    this.#reading.set(page, wanted);
    let length = 0;
    try {
      const { events } = await this.#readEvents({ after: page * pageSize, limit: pageSize });
      length = events.length;
      this.#pages.delete(page);
      this.#pages.set(page, events);
      for (const oldest of this.#pages.keys()) {
        if (this.#pages.size <= pagesMax) break;
        this.#pages.delete(oldest);
      }
    } catch (error) {
      this.#error = error;
    }
    const wantedByNow = this.#reading.get(page) ?? wanted;
    this.#reading.delete(page);
    // Events that came after the question are asked for by nobody else. One that failed waits for `retry`.
    if (length < wantedByNow && (wantedByNow > wanted || this.#error !== null)) this.#ask(page, wantedByNow);
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
