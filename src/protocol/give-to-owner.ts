// What root makes among the files of another user's ledger, as with sudo, is given to that user, as SQLite does with the
// files beside a database: otherwise that user's own processes could not read what was written for them.

import { fchownSync, statSync } from "node:fs";

/** Gives a file or folder, open and just made, to the owner of the folder that it lies in. Only root can, or need. */
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
