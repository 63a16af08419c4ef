// What root makes among the files of another user's ledger, as with sudo, is given to that user, as SQLite does with the
// files beside a database: otherwise that user's own processes could not read what was written for them.

import { closeSync, constants, fchownSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Gives a file or folder, open and just made, to the owner of the folder that it lies in. Only root can, or need. That owner
 * may lay links there: what was not made by this very process must not be opened for this.
 */
export function giveToOwner(fd: number, folder: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  if (uid === 0) return;
  try {
    fchownSync(fd, uid, gid);
  } catch (error) {
    // Root of a container may not, or the owner may have no number there. Then it stays as it is.
    if (!["EPERM", "EINVAL"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** Makes the folder with those above it that are missing; each is given to the owner of the one that it lies in. */
export function makeGivenFolder(folder: string, mode = 0o700): void {
  const whole = resolve(folder);
  const first = mkdirSync(whole, { recursive: true, mode });
  if (first === undefined || process.geteuid?.() !== 0) return;
  const made: string[] = [];
  for (let path = whole; path.length >= first.length; path = dirname(path)) made.unshift(path);
  for (const path of made) giveFolder(path);
}

/** Gives a folder that was just made to the owner of the one that it lies in. */
export function giveFolder(path: string): void {
  if (process.geteuid?.() !== 0) return;
  const opened = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    giveToOwner(opened, dirname(path));
  } finally {
    closeSync(opened);
  }
}
