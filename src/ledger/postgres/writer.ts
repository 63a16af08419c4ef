// Group commit: writes that wait together share one transaction, and so one round to the disk. One that is refused takes
// its own rows back; nobody is answered before COMMIT has returned. One that breaks a constraint makes all be done again,
// each in a transaction of its own. Trying again, whatever for, is done here and nowhere else.

import { setTimeout as sleep } from "node:timers/promises";
import { errorOfProblem, problemOf, RunledgerError } from "../../core/errors.ts";
import { systemLimits } from "../../core/system-limits.ts";
import type { Connection } from "./connection.ts";
import { type Committed, InDoubt, type Member, type TellOn } from "./group-commit.ts";
import type { Line } from "./line.ts";
import { type ClaimWrite, type Write, weightOf } from "./members.ts";
import { isAway, isConflict, isConstraint, isDuplicate, isLockedOut, ledgerError } from "./postgres-errors.ts";
import { LaterWriter } from "./read-facts.ts";
import { wasCommitted } from "./settle-doubt.ts";
import { sumUp } from "./sum-up.ts";

/** One in so many groups sums up the counts that it has touched, so that those of each key stay few. */
const foldShare = 1 / 64;
/** How often a group is tried while others are in its way. */
const triesMax = 30;

/** Commits a group of members on a connection. */
type Attempt<W> = (connection: Connection, members: readonly Member<W>[], tellOn: TellOn) => Promise<Committed>;

/** Writes of one kind in the order in which they come; a process has one of these for claims, and one for all others. */
export class Writer<W extends Write | ClaimWrite> {
  readonly #line: Line;
  readonly #attempt: Attempt<W>;
  readonly #shown: string;
  readonly #tellOn: TellOn;
  readonly #committed: (isTold: boolean) => void;
  readonly #queue: Member<W>[] = [];
  #working: Promise<void> | null = null;

  /** @param of.committed Called after each commit that changed something; others may have been told of it already. */
  constructor(of: {
    line: Line;
    attempt: Attempt<W>;
    shown: string;
    tellOn: TellOn;
    committed: (isTold: boolean) => void;
  }) {
    this.#line = of.line;
    this.#attempt = of.attempt;
    this.#shown = of.shown;
    this.#tellOn = of.tellOn;
    this.#committed = of.committed;
  }

  /** Does a write with others that wait. @returns what it is answered with, once it is committed */
  write<Value>(write: W): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    this.#queue.push({
      write,
      weight: weightOf(write),
      succeed: (value) => resolve(value as Value),
      fail: (error) => reject(ownError(ledgerError(error, this.#shown))),
    });
    this.#working ??= this.#work();
    return promise;
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  async #work(): Promise<void> {
    // What is asked for in the same turn goes together.
    await null;
    while (this.#queue.length > 0) await this.#commit(takeGroup(this.#queue));
    // In the same turn in which the queue was seen to be empty.
    this.#working = null;
  }

  async #commit(members: readonly Member<W>[]): Promise<void> {
    for (let tries = 1; ; ) {
      try {
        const committed = await this.#settled((connection) => this.#attempt(connection, members, this.#tellOn));
        return this.#answer(committed);
      } catch (error) {
        if (isConstraint(error) && members.length > 1) return this.#commitEach(members);
        if (!mayPass(error, tries)) {
          for (const member of members) member.fail(error);
          return;
        }
        if (!isInTheWay(error)) continue;
        await sleep(Math.random() * tries);
        tries += 1;
      }
    }
  }

  async #answer({ rows, isTold, answer }: Committed): Promise<void> {
    if (rows !== null) this.#committed(isTold);
    answer();
    if (rows === null || Math.random() >= foldShare) return;
    // Readers do that for themselves otherwise, so it may as well fail: the next one does it.
    await this.#line
      .connection()
      .then((connection) => sumUp(connection, rows))
      .catch(() => {});
  }

  async #commitEach(members: readonly Member<W>[]): Promise<void> {
    for (const member of members) await this.#commit([member]);
  }

  /** What the attempt came to, also if the connection was lost on the way. @throws NotCommitted if it has to be done again */
  async #settled(attempt: (connection: Connection) => Promise<Committed>): Promise<Committed> {
    const connection = await this.#line.connection();
    try {
      return await attempt(connection);
    } catch (error) {
      if (error instanceof InDoubt) {
        if (await this.#line.do((other) => wasCommitted(other, error))) return error.committed;
        throw new NotCommitted();
      }
      if (!connection.isLost && !isAway(error)) throw error;
      connection.abandon();
      throw new NotCommitted();
    }
  }
}

/** Others are in the way: conflicting, faster with the same row, or with a later transaction on the same run. */
function isInTheWay(error: unknown): boolean {
  return isConflict(error) || isDuplicate(error) || error instanceof LaterWriter;
}

/**
 * Whether it may go well the next time. A database that is away is waited for where the connection is opened, and who
 * holds a lock for long, as one who makes the folds anew does, on the server.
 */
function mayPass(error: unknown, tries: number): boolean {
  return error instanceof NotCommitted || isLockedOut(error) || (isInTheWay(error) && tries < triesMax);
}

/** What is no error of ours is a bug, whichever database it happens on. */
function ownError(error: unknown): RunledgerError {
  return error instanceof RunledgerError ? error : errorOfProblem(problemOf(error));
}

class NotCommitted extends Error {
  override readonly name = "NotCommitted";
}

/** Members from the front of the queue; one that is too large makes a group alone. */
function takeGroup<W>(queue: Member<W>[]): Member<W>[] {
  let weight = 0;
  let taken = 0;
  for (const member of queue) {
    weight += member.weight;
    if (taken > 0 && weight > systemLimits.groupEventsMax) break;
    taken += 1;
  }
  return queue.splice(0, taken);
}
