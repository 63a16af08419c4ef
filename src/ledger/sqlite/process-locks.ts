// The locks of processes that share an SQLite ledger: files that their holders keep locked for as long as they live.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { RunledgerError } from "../../core/errors.ts";
import { type FileLock, holdFileLock, isFileLockFree } from "../../protocol/file-lock.ts";
import type { ProcessLock } from "../ledger.ts";

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export class ProcessLocks {
  readonly #folder: string;
  readonly #held = new Map<string, FileLock>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  hold(id: string): ProcessLock {
    const lock = holdFileLock(this.#path(id));
    this.#held.set(id, lock);
    const release = async () => {
      if (this.#held.delete(id)) lock.release();
    };
    return { id, release };
  }

  isFree(id: string): boolean {
    return isFileLockFree(this.#path(id));
  }

  /** Removes what a free lock has left. Free once is free for ever, since an id is never used again. */
  forget(id: string): void {
    if (this.isFree(id)) rmSync(this.#path(id), { force: true });
  }

  releaseAll(): void {
    for (const lock of this.#held.values()) lock.release();
    this.#held.clear();
  }

  #path(id: string): string {
    if (!idPattern.test(id)) throw new RunledgerError("internal.bug", `${JSON.stringify(id)} is no id of a lock`);
    return join(this.#folder, id);
  }
}
