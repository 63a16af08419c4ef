// The one connection of a process that has to be the same all the time: it listens for the commits of others, tells of
// its own, and holds the advisory locks by which others see that the process lives. When it is lost it is opened again
// and everything that it held is taken again.

import { RunledgerError } from "../../core/errors.ts";
import type { Connection, Notified } from "./connection.ts";
import { Line } from "./line.ts";
import { forgetLock, insertLock, isLockFree, renewLock, tryLock, unlock } from "./locks.ts";

/** Commits within this time are told of together, milliseconds. */
const coalesceMs = 5;
/** How often a lock is asked for again that the server still thinks is held by the connection before, milliseconds. */
const retakeMs = 100;

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export class Session {
  /** Somebody has named the way of this connection, so that a pooler on it is one of whole sessions. */
  readonly mayBePooled: boolean;
  readonly #line: Line;
  readonly #open: () => Promise<Connection>;
  readonly #shown: string;
  readonly #held = new Map<string, number>();
  /** Says whose commit it was, so that a process does not hear of its own. */
  readonly #own = crypto.randomUUID();
  #changed: (() => void) | null = null;
  #telling: NodeJS.Timeout | null = null;
  #toldAtMs = 0;
  #isClosed = false;
  #current: Connection | null = null;

  /** @param of.open Opens a connection; `heard` is to be called with what processes tell of their commits. */
  constructor(of: { open: (heard: Notified) => Promise<Connection>; shown: string; mayBePooled: boolean }) {
    this.#shown = of.shown;
    this.mayBePooled = of.mayBePooled;
    this.#open = () =>
      of.open((said) => {
        if (said !== this.#own) this.#changed?.();
      });
    this.#line = new Line({ open: async () => this.#settle(await this.#open()), shown: of.shown });
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
    const waitMs = this.#toldAtMs + coalesceMs - performance.now();
    // At once: a timer, even of 0 ms, would make those who wait do so for a millisecond or two.
    if (waitMs <= 0) {
      this.#notify();
      return;
    }
    this.#telling = setTimeout(() => {
      this.#telling = null;
      this.#notify();
    }, waitMs);
  }

  /**
   * Tells others of the commit that was just asked for on this connection: right behind it, with no way to us and back.
   * Not in its transaction, since the server lets those who tell commit one after another.
   * @returns false if others were told of a commit a moment ago: then `tell` is to be called when this one is done
   */
  tellOn(connection: Connection): boolean {
    if (this.#telling !== null || this.#isClosed) return false;
    if (performance.now() < this.#toldAtMs + coalesceMs) return false;
    this.#toldAtMs = performance.now();
    void this.#tellBy(connection).catch(() => {});
    return true;
  }

  /** Only a hint: those who wait look four times a second anyway. */
  #notify(): void {
    this.#toldAtMs = performance.now();
    void this.#line.do((connection) => this.#tellBy(connection)).catch(() => {});
  }

  #tellBy(connection: Connection): Promise<string> {
    return connection.run(`NOTIFY runledger, '${this.#own}'`);
  }

  /** How long the connection has been there, milliseconds; 0 while there is none. */
  get ageMs(): number {
    return this.#current === null || this.#current.isLost ? 0 : this.#current.ageMs;
  }

  /**
   * Takes a lock that is let go by the server when this process is gone.
   * @throws RunledgerError `ledger.pooled` where the connection is no session of its own
   */
  async hold(id: string): Promise<void> {
    checkId(id);
    const key = await this.#line.do(async (connection) => {
      if (this.#isShared(connection) || (await this.#isLent(connection))) throw pooled(this.#shown);
      const taken = await insertLock(connection, id);
      if (!(await tryLock(connection, taken))) throw new RunledgerError("internal.bug", `the lock ${id} is held`);
      await this.#refuseShared(connection);
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

  /**
   * Says that the holder of a lock lives; resolves once the database has it.
   * @throws RunledgerError `ledger.pooled` if another session than the one that holds the lock has answered
   */
  renew(id: string): Promise<void> {
    return this.#line.do(async (connection) => {
      await renewLock(connection, id);
      await this.#refuseShared(connection);
    });
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

  /** Says what is left to say if the database is there; from a connection that is gone the server has taken its locks. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#changed = null;
    if (this.#telling !== null) clearTimeout(this.#telling);
    const connection = this.#current;
    if (connection !== null && !connection.isLost) await this.#letGo(connection).catch(() => {});
    this.#held.clear();
    await this.#line.close();
  }

  async #letGo(connection: Connection): Promise<void> {
    const said: Promise<unknown>[] = this.#telling === null ? [] : [this.#tellBy(connection)];
    for (const [id, key] of this.#held) said.push(unlock(connection, key), forgetLock(connection, id));
    await Promise.all(said);
  }

  /** What a new connection needs before it is used. */
  async #settle(connection: Connection): Promise<Connection> {
    // Of a shared session somebody else would hear what is told.
    if (!this.#isShared(connection)) await connection.run("LISTEN runledger");
    this.#current = connection;
    void connection.lost.then(() => this.#keepOpen());
    for (const id of this.#held.keys()) void this.#retake(connection, id);
    // Whatever was told of meanwhile was not heard.
    this.#changed?.();
    return connection;
  }

  #isShared(connection: Connection): boolean {
    return connection.isPooled && !this.mayBePooled;
  }

  /** Whether one more client gets the same session, while this one is connected and does nothing. */
  async #isLent(connection: Connection): Promise<boolean> {
    if (!connection.isPooled) return false;
    const other = await this.#open();
    await other.close();
    return other.serverPid === connection.serverPid;
  }

  /** What was named as the session's way may be a pooler of transactions all the same: then others answer, sooner or later. */
  async #refuseShared(connection: Connection): Promise<void> {
    if (!connection.isPooled) return;
    const row = await connection.row<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    if (row?.pid !== connection.serverPid) throw pooled(this.#shown);
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

function pooled(shown: string): RunledgerError {
  const detail = `a pooler at ${shown} may lend a session to others between two transactions, and a lock lives in one`;
  return new RunledgerError("ledger.pooled", detail);
}

function checkId(id: string): void {
  if (!idPattern.test(id)) throw new RunledgerError("internal.bug", `${JSON.stringify(id)} is no id of a lock`);
}
