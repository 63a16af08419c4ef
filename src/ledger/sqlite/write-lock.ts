// The ledger's write lock, of which SQLite has one, and which it gives to anybody without fairness. After each
// transaction a process leaves it free for at least as long as it held it, unless nobody else writes.

import type { DatabaseSync } from "node:sqlite";
import { statement } from "./statement.ts";
import { killStoppedHolder } from "./stopped-holder.ts";
import { sleep, whileBusy } from "./while-busy.ts";

/** How long after another writer was seen one goes on being fair. */
const sharedMs = 1_000;
/** A wait after which the holder is looked at, and how often then. */
const holderLookMs = 5_000;
const holderLookAgainMs = 1_000;

export class WriteLock {
  readonly #db: DatabaseSync;
  readonly #shmPath: string;
  readonly #notice: (text: string) => void;
  #heldSinceMs = 0;
  #freeUntilMs = 0;
  #sharedUntilMs = 0;

  constructor(db: DatabaseSync, { shmPath, notice }: { shmPath: string; notice: (text: string) => void }) {
    this.#db = db;
    this.#shmPath = shmPath;
    this.#notice = notice;
  }

  /**
   * Begins a transaction with the lock held.
   * @param onWait Called while the lock is another's, to do meanwhile what needs no lock.
   */
  begin(onWait: () => void): void {
    const nowMs = performance.now();
    if (nowMs < this.#sharedUntilMs && nowMs < this.#freeUntilMs) {
      onWait();
      sleep(this.#freeUntilMs - performance.now());
    }
    let nextLookMs = holderLookMs;
    whileBusy(
      () => statement(this.#db, "BEGIN IMMEDIATE").run(),
      (waitedMs) => {
        this.otherWriterSeen();
        onWait();
        if (waitedMs < nextLookMs) return;
        nextLookMs = waitedMs + holderLookAgainMs;
        const killed = killStoppedHolder(this.#shmPath);
        if (killed !== null) this.#notice(killed);
      },
    );
    this.#heldSinceMs = performance.now();
  }

  /** How long the present transaction has held the lock. */
  heldMs(): number {
    return performance.now() - this.#heldSinceMs;
  }

  otherWriterSeen(): void {
    this.#sharedUntilMs = performance.now() + sharedMs;
  }

  /** To be called when the transaction is over. */
  released(): void {
    const nowMs = performance.now();
    this.#freeUntilMs = nowMs + (nowMs - this.#heldSinceMs);
  }
}
