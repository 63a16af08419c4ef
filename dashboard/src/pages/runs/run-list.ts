// The list of runs as the page holds it: pages that were read by their tokens, kept right by the changes that the server
// tells. What is far from where somebody looks is let go and read again; a list of a million runs is a few pages here.

import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import type { RunChanges } from "../../api/run-changes.ts";
import { ChangesMeanwhile } from "./changes-meanwhile.ts";

export type RunPage = { runs: RunBody[]; nextPageToken: string | null; cursor: string };

export type RunListOptions = {
  read: (pageToken: string | null, signal: AbortSignal) => Promise<RunPage>;
  /** Whether a run belongs in the list. */
  fits: (run: RunBody) => boolean;
  isNewestFirst: boolean;
};

type Page = {
  token: string | null;
  /** Null: let go, or not there yet; it is read again when somebody looks. */
  runs: RunBody[] | null;
  /** How many rows it has, or had. */
  count: number;
  isReading: boolean;
};

/** What a component draws; a new object for every change. */
export type RunListView = {
  count: number;
  /** Further runs are on the server. */
  hasMore: boolean;
  isFirstReading: boolean;
  /** Why the last reading failed; null when it did not. */
  error: unknown;
  /** The run of a row; null while its page is away. */
  at(index: number): RunBody | null;
};

/** Pages on either side of what is looked at that keep their runs. */
const pagesKept = 6;
/** New runs that are kept above the first page before the list is read anew. */
const newMax = 2_000;

export class RunList {
  readonly #of: RunListOptions;
  #stop = new AbortController();
  readonly #listeners = new Set<() => void>();
  /** Runs that came after the first page was read, in the order of the list. */
  #fresh: RunBody[] = [];
  #pages: Page[] = [{ token: null, runs: null, count: 0, isReading: false }];
  #nextToken: string | null = null;
  #error: unknown = null;
  /** What changes during each reading that is under way. */
  readonly #readings = new Set<ChangesMeanwhile>();
  /** Readings of the list from its beginning so far: the last of them counts. */
  #reloads = 0;
  /** What is shown is to be replaced by a reading from the beginning, which is under way or has failed. */
  #isStale = true;
  #view: RunListView;
  /** The position of the first reading; changes are told from there on. */
  cursor: string | null = null;

  constructor(of: RunListOptions) {
    this.#of = of;
    this.#view = this.#makeView();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): RunListView => this.#view;

  /**
   * Reads what the rows from `first` to `last` need, and lets go of what is far from them. After a failure nothing is read
   * until `retry`.
   */
  look(first: number, last: number): void {
    let begin = this.#fresh.length;
    let [from, to] = [this.#pages.length - 1, 0];
    for (const [index, page] of this.#pages.entries()) {
      if (last >= begin && first <= begin + page.count) {
        [from, to] = [Math.min(from, index), Math.max(to, index)];
        if (page.runs === null && this.#error === null) void this.#readPage(page);
      }
      begin += page.count;
    }
    for (const [index, page] of this.#pages.entries()) {
      // The first page stays: what is new is told from what is old by it.
      if (index > 0 && (index < from - pagesKept || index > to + pagesKept)) page.runs = null;
    }
    const lastPage = this.#pages.at(-1);
    if (last < begin - 1 || this.#nextToken === null || lastPage?.isReading || this.#error !== null) return;
    const next: Page = { token: this.#nextToken, runs: null, count: 0, isReading: false };
    this.#pages.push(next);
    void this.#readPage(next);
  }

  /** Reads the list from its beginning. What is shown stays until the answer is there. */
  async reload(): Promise<void> {
    this.#reloads += 1;
    this.#isStale = true;
    const [turn, { signal }] = [this.#reloads, this.#stop];
    const meanwhile = this.#beginReading();
    try {
      const answer = await this.#of.read(null, signal);
      if (turn !== this.#reloads) return;
      this.#fresh = [];
      this.#pages = [{ token: null, runs: answer.runs, count: answer.runs.length, isReading: false }];
      this.#nextToken = answer.nextPageToken;
      this.cursor = answer.cursor;
      this.#error = null;
      this.#isStale = false;
      this.#takeAll(meanwhile);
    } catch (error) {
      if (signal.aborted || turn !== this.#reloads) return;
      this.#error = error;
    } finally {
      this.#readings.delete(meanwhile);
    }
    if (meanwhile.isTooMuch && this.#error === null && !this.#isStale) void this.reload();
    this.#publish();
  }

  /** Tries again what failed. */
  retry(): void {
    this.#error = null;
    const last = this.#pages.at(-1);
    if (this.#isStale) void this.reload();
    else if (last !== undefined && last.runs === null) void this.#readPage(last);
    this.#publish();
  }

  /** Takes in what changed. */
  apply(changes: RunChanges): void {
    for (const meanwhile of this.#readings) meanwhile.add(changes);
    this.#takeAll(changes);
    if (this.#fresh.length > newMax && !this.#isStale) void this.reload();
    this.#publish();
  }

  /** What is being read is not waited for any more. */
  leave(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  async #readPage(page: Page): Promise<void> {
    if (page.isReading) return;
    page.isReading = true;
    const { signal } = this.#stop;
    const meanwhile = this.#beginReading();
    try {
      const answer = await this.#of.read(page.token, signal);
      // The list was read anew, and has other pages by now.
      if (!this.#pages.includes(page)) return;
      page.runs = answer.runs;
      page.count = answer.runs.length;
      if (page === this.#pages.at(-1)) this.#nextToken = answer.nextPageToken;
      if (page === this.#pages[0]) this.cursor ??= answer.cursor;
      if (!this.#isStale) this.#error = null;
      this.#takeAll(meanwhile);
    } catch (error) {
      if (signal.aborted || !this.#pages.includes(page)) return;
      this.#error = error;
    } finally {
      this.#readings.delete(meanwhile);
      page.isReading = false;
    }
    if (meanwhile.isTooMuch && this.#error === null && !this.#isStale) void this.reload();
    this.#publish();
  }

  #beginReading(): ChangesMeanwhile {
    const meanwhile = new ChangesMeanwhile();
    this.#readings.add(meanwhile);
    return meanwhile;
  }

  #takeAll({ runs, deleted }: RunChanges): void {
    for (const id of deleted) this.#remove(id);
    for (const run of runs) this.#take(run);
  }

  #take(run: RunBody): void {
    for (const rows of this.#loaded()) {
      const index = rows.findIndex(({ id }) => id === run.id);
      const known = rows[index];
      if (known === undefined) continue;
      if (run.seq < known.seq) return;
      if (this.#of.fits(run)) rows[index] = run;
      else this.#remove(run.id);
      return;
    }
    if (this.#of.fits(run)) this.#insert(run);
  }

  /** Puts a run that was not in the list where its time belongs, unless that part is not here. */
  #insert(run: RunBody): void {
    const isBefore = (other: RunBody) =>
      this.#of.isNewestFirst ? other.queuedAt < run.queuedAt : other.queuedAt > run.queuedAt;
    const [firstPage] = this.#pages;
    const top = this.#fresh[0] ?? firstPage?.runs?.[0];
    if (this.#of.isNewestFirst && (top === undefined || !(top.queuedAt > run.queuedAt))) {
      if (firstPage?.runs !== null) this.#fresh.unshift(run);
      return;
    }
    for (const [index, rows] of [this.#fresh, ...this.#pages.map((page) => page.runs)].entries()) {
      const at = rows?.findIndex(isBefore) ?? -1;
      if (rows === null || rows === undefined || at === -1) continue;
      // It may be of the page above, which was let go and will bring it.
      if (at === 0 && this.#pages[index - 2]?.runs === null) return;
      rows.splice(at, 0, run);
      const page = this.#pages[index - 1];
      if (page !== undefined) page.count = rows.length;
      return;
    }
    const last = this.#pages.at(-1);
    if (this.#nextToken !== null || last === undefined || last.runs === null) return;
    last.runs.push(run);
    last.count = last.runs.length;
  }

  #remove(id: string): void {
    this.#fresh = this.#fresh.filter((run) => run.id !== id);
    for (const page of this.#pages) {
      if (!page.runs?.some((run) => run.id === id)) continue;
      page.runs = page.runs.filter((run) => run.id !== id);
      page.count = page.runs.length;
    }
  }

  *#loaded(): Generator<RunBody[]> {
    yield this.#fresh;
    for (const { runs } of this.#pages) if (runs !== null) yield runs;
  }

  #publish(): void {
    this.#view = this.#makeView();
    for (const listener of this.#listeners) listener();
  }

  #makeView(): RunListView {
    const blocks = [this.#fresh, ...this.#pages.map(({ runs }) => runs)];
    const counts = [this.#fresh.length, ...this.#pages.map(({ count }) => count)];
    const [first] = this.#pages;
    return {
      count: counts.reduce((sum, count) => sum + count, 0),
      hasMore: this.#nextToken !== null,
      isFirstReading: this.#pages.length === 1 && first?.runs === null && this.#error === null,
      error: this.#error,
      at(index) {
        let begin = 0;
        for (const [block, count] of counts.entries()) {
          if (index < begin + count) return blocks[block]?.[index - begin] ?? null;
          begin += count;
        }
        return null;
      },
    };
  }
}
