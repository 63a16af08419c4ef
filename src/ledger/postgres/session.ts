// The one connection of a process that has to be the same all the time: it listens for the commits of others, tells of
// its own, and holds the advisory locks by which others see that the process lives. When it is lost it is opened again
// and everything that it held is taken again.

import { RunledgerError } from "../../core/errors.ts";
import type { Connection } from "./connection.ts";
import { Line } from "./line.ts";
import { forgetLock, insertLock, isLockFree, renewLock, tryLock, unlock } from "./locks.ts";

/** Commits within this time are told of together, milliseconds. */
const coalesceMs = 5;
/** How often a lock is asked for again that the server still thinks is held by the connection before, milliseconds. */
const retakeMs = 100;

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export class Session {
  readonly #line: Line;
  readonly #held = new Map<string, number>();
  #changed: (() => void) | null = null;
  #telling: NodeJS.Timeout | null = null;
  #toldAtMs = 0;
  #isClosed = false;

  /** @param of.open Opens a connection; `heard` is to be called when another process has told of a commit. */
  constructor(of: { open: (heard: () => void) => Promise<Connection>; shown: string }) {
    const open = async () => this.#settle(await of.open(() => this.#changed?.()));
    this.#line = new Line({ open, shown: of.shown });
  }

  /** Calls back for each sign that another process has committed. */
  listen(changed: () => void): { close(): void } {
    this.#changed = changed;
    this.#keepOpen();
    return {
      close: () => {
        this.#changed = null;
      },
    };
  }

  /** Tells others of a commit, soon; commits shortly after one another are told of as one. */
  tell(): void {
    if (this.#telling !== null || this.#isClosed) return;
    const waitMs = Math.max(0, this.#toldAtMs + coalesceMs - performance.now());
    this.#telling = setTimeout(() => {
      this.#telling = null;
      this.#toldAtMs = performance.now();
      // Only a hint: those who wait look four times a second anyway.
      void this.#line.do((connection) => connection.run("NOTIFY runledger")).catch(() => {});
    }, waitMs);
  }

  /** Takes a lock that is let go by the server when this process is gone. */
  async hold(id: string): Promise<void> {
    checkId(id);
    const key = await this.#line.do(async (connection) => {
      const taken = await insertLock(connection, id);
      if (!(await tryLock(connection, taken))) throw new RunledgerError("internal.bug", `the lock ${id} is held`);
      return taken;
    });
    this.#held.set(id, key);
    this.#keepOpen();
  }

  async release(id: string): Promise<void> {
    const key = this.#held.get(id);
    if (key === undefined) return;
    this.#held.delete(id);
    await this.#line.do(async (connection) => {
      await unlock(connection, key);
      await forgetLock(connection, id);
    });
  }

  /** Says that the holder of a lock lives; resolves once the database has it. */
  renew(id: string): Promise<void> {
    return this.#line.do((connection) => renewLock(connection, id));
  }

  /** Whether nobody holds the lock, as far as one can tell. */
  isFree(connection: Connection, id: string): Promise<boolean> {
    checkId(id);
    return isLockFree(connection, id);
  }

  /** Removes what a lock that nobody holds has left. */
  async forget(connection: Connection, id: string): Promise<void> {
    if (await this.isFree(connection, id)) await forgetLock(connection, id);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#changed = null;
    if (this.#telling !== null) {
      clearTimeout(this.#telling);
      await this.#line.do((connection) => connection.run("NOTIFY runledger")).catch(() => {});
    }
    for (const id of this.#held.keys()) await this.release(id).catch(() => {});
    await this.#line.close();
  }

  /** What a new connection needs before it is used. */
  async #settle(connection: Connection): Promise<Connection> {
    await connection.run("LISTEN runledger");
    void connection.lost.then(() => this.#keepOpen());
    for (const id of this.#held.keys()) void this.#retake(connection, id);
    // Whatever was told of meanwhile was not heard.
    this.#changed?.();
    return connection;
  }

  /** A process that listens or holds locks is not without its connection for longer than it has to. */
  #keepOpen(): void {
    if (this.#isClosed || (this.#changed === null && this.#held.size === 0)) return;
    void this.#line.connection().catch(() => {});
  }

  async #retake(connection: Connection, id: string): Promise<void> {
    try {
      const key = await insertLock(connection, id);
      while (this.#held.has(id) && !(await tryLock(connection, key))) {
        await new Promise((resolve) => setTimeout(resolve, retakeMs));
      }
      if (this.#held.has(id)) this.#held.set(id, key);
      else await unlock(connection, key);
    } catch {
      // The connection is lost again, or the ledger is being closed: the next one takes it.
    }
  }
}

function checkId(id: string): void {
  if (!idPattern.test(id)) throw new RunledgerError("internal.bug", `${JSON.stringify(id)} is no id of a lock`);
}
