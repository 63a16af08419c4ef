// A lock that dies with its holder: a tiny SQLite database held under BEGIN EXCLUSIVE. Kill, crash, reboot and re-used
// pids all free it, and nothing has to be renewed. A lock's path is never used again.

import { closeSync, existsSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ledgerMoved } from "../core/errors.ts";
import { giveToOwner } from "./give-to-owner.ts";

export type FileLock = {
  readonly path: string;
  /** Frees the lock and removes its file. */
  release(): void;
};

// A lock whose handle nobody kept would be freed by the garbage collector.
const heldHere = new Set<DatabaseSync>();

/** Who takes a lock waits so long for somebody who is just looking at it, milliseconds. */
const lookMsMax = 500;

/**
 * Takes the lock; throws if somebody holds it. The holder must never open the file by other means.
 * @throws RunledgerError `ledger.moved` where the folder of locks is gone
 */
export function holdFileLock(path: string): FileLock {
  makeFile(path);
  const database = new DatabaseSync(path, { timeout: lookMsMax });
  // Nothing is ever written, so there is nothing to roll back, and no journal file to be left behind.
  database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  heldHere.add(database);
  return {
    path,
    release() {
      heldHere.delete(database);
      database.close();
      rmSync(path, { force: true });
    },
  };
}

/** Whoever uses the ledger must be able to look, also where root takes the lock with a umask that keeps others out. */
function makeFile(path: string): void {
  if (existsSync(path)) return;
  const file = makeNew(path);
  try {
    giveToOwner(file, dirname(path));
  } finally {
    closeSync(file);
  }
}

/** Never one that somebody has laid there meanwhile, be it a link. */
function makeNew(path: string): number {
  try {
    return openSync(path, "ax", 0o644);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw ledgerMoved(dirname(path));
  }
}

/**
 * Looks whether a holder lives, without ever taking the lock. A missing file is a dead holder: the lock is held before
 * its path is told to anybody. A missing folder tells nothing of holders.
 * @throws RunledgerError `ledger.moved` where the folder of locks is gone
 */
export function isFileLockFree(path: string): boolean {
  const database = openToLook(path);
  if (database === null) return true;
  try {
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  } finally {
    database.close();
  }
}

/** Null if there is no such file, or it vanished at this moment: whoever concludes an attempt removes its lock. */
function openToLook(path: string): DatabaseSync | null {
  if (isMissing(path)) return null;
  try {
    return new DatabaseSync(path, { readOnly: true, timeout: 0 });
  } catch (error) {
    if (!isMissing(path)) throw error;
    return null;
  }
}

function isMissing(path: string): boolean {
  if (existsSync(path)) return false;
  const folder = dirname(path);
  if (!existsSync(folder)) throw ledgerMoved(folder);
  return true;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === 5;
}
