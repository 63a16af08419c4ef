// The locks of processes that share an SQLite ledger: files that their holders keep locked for as long as they live.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { RunledgerError } from "../../core/errors.ts";
import { type FileLock, holdFileLock, isFileLockFree } from "../../protocol/file-lock.ts";
import type { ProcessLock } from "../ledger.ts";

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export class ProcessLocks {
  readonly #folder: string;
  readonly #refuseMoved: () => void;
  readonly #held = new Map<string, FileLock>();

  /** @param refuseMoved Throws where the folder is not the ledger's any more: nothing there tells of a holder then. */
  constructor(folder: string, refuseMoved: () => void) {
    this.#folder = folder;
    this.#refuseMoved = refuseMoved;
  }

  /** @throws RunledgerError `ledger.moved`: in another ledger's folder nobody would find the lock. */
  hold(id: string): ProcessLock {
    const path = this.#path(id);
    this.#refuseMoved();
    const lock = holdFileLock(path);
    try {
      this.#refuseMoved();
    } catch (error) {
      lock.release();
      throw error;
    }
    this.#held.set(id, lock);
    const release = async () => {
      const held = this.#held.get(id);
      if (this.#held.delete(id)) held?.release();
    };
    return { id, release };
  }

  /** @throws RunledgerError `ledger.moved`: that a lock is missing there would not tell that its holder is gone. */
  isFree(id: string): boolean {
    const path = this.#path(id);
    this.#refuseMoved();
    if (this.#isHeldHere(id)) return false;
    const isFree = isFileLockFree(path);
    // Asked again, since it may have been moved before the look, and the file was missing for that.
    if (isFree) this.#refuseMoved();
    return isFree;
  }

  /** Removes what a free lock has left. Free once is free for ever, since an id is never used again. */
  forget(id: string): void {
    if (this.isFree(id)) rmSync(this.#path(id), { force: true });
  }

  releaseAll(): void {
    for (const lock of this.#held.values()) lock.release();
    this.#held.clear();
  }

  /** One's own is held, also where somebody tidied its file away. For others it would be free, so it is taken anew. */
  #isHeldHere(id: string): boolean {
    const lock = this.#held.get(id);
    // What was removed stays open, locked and in nobody's way.
    if (lock !== undefined && !existsSync(lock.path)) this.#held.set(id, holdFileLock(lock.path));
    return lock !== undefined;
  }

  #path(id: string): string {
    if (!idPattern.test(id)) throw new RunledgerError("internal.bug", `${JSON.stringify(id)} is no id of a lock`);
    return join(this.#folder, id);
  }
}
