// A connection that is opened when it is first needed, and opened again after it was lost. Waiting for a database that
// is away is done here, for everybody.

import { setTimeout as sleep } from "node:timers/promises";
import { RunledgerError } from "../../core/errors.ts";
import type { Connection } from "./connection.ts";
import { isAway, isFull, ledgerError } from "./postgres-errors.ts";

/** How long a database may be away before those who wait for it are told so, milliseconds. */
const awayMsMax = 600_000;

/** How long a server that has no room for one more connection is asked for the first one, milliseconds. */
const fullMsMax = 15_000;

const pauseMs = { none: 0, first: 50, most: 1_000 };

export class Line {
  readonly #open: () => Promise<Connection>;
  readonly #shown: string;
  readonly #closing = new AbortController();
  #current: Connection | null = null;
  #opening: Promise<Connection> | null = null;

  /** @param of.open Opens a connection that can be worked with. @param of.first One that is open already. */
  constructor(of: { open: () => Promise<Connection>; shown: string; first?: Connection }) {
    this.#open = of.open;
    this.#shown = of.shown;
    this.#current = of.first ?? null;
  }

  /**
   * Does the work on the connection; again on a new one if it was lost. For reads, and for writes that change nothing
   * when they are done twice.
   * @throws RunledgerError `ledger.unreachable` after ten minutes, and in the ledger's words what PostgreSQL says
   */
  async do<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const untilMs = performance.now() + awayMsMax;
    for (let waitMs: number = pauseMs.none; ; waitMs = longer(waitMs)) {
      const connection = await this.connection();
      try {
        return await work(connection);
      } catch (error) {
        const isOver = performance.now() > untilMs;
        if (isOver || (!isAway(error) && !connection.isLost)) throw ledgerError(error, this.#shown);
        connection.abandon();
      }
      // Once at once: a server that lets in and then refuses each time would be asked without a pause otherwise.
      if (waitMs > 0) await this.#pause(waitMs);
    }
  }

  /** The connection, opened anew if it has to be. @throws RunledgerError as `do` */
  connection(): Promise<Connection> {
    if (this.#closing.signal.aborted) return Promise.reject(closed());
    if (this.#current !== null && !this.#current.isLost) return Promise.resolve(this.#current);
    this.#opening ??= this.#openPatiently().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#opening?.catch(() => {});
    await this.#current?.close();
  }

  async #openPatiently(): Promise<Connection> {
    const beganMs = performance.now();
    for (let waitMs: number = pauseMs.first; ; waitMs = longer(waitMs)) {
      try {
        this.#current = await this.#open();
        return this.#current;
      } catch (error) {
        // One that was never had may never be to be had, and nothing is under way on it.
        const msMax = this.#current === null && isFull(error) ? fullMsMax : awayMsMax;
        if (!isAway(error) || performance.now() > beganMs + msMax) throw ledgerError(error, this.#shown);
      }
      await this.#pause(waitMs);
    }
  }

  async #pause(waitMs: number): Promise<void> {
    await sleep(waitMs * (0.5 + Math.random() / 2), null, { signal: this.#closing.signal }).catch(() => {
      throw closed();
    });
  }
}

function longer(waitMs: number): number {
  return Math.min(Math.max(waitMs * 2, pauseMs.first), pauseMs.most);
}

function closed(): RunledgerError {
  return new RunledgerError("internal.bug", "the ledger is closed");
}
