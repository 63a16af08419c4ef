// Whether a file is as it was when it was read, without reading it again.

import { statSync } from "node:fs";

/** Time, size and inode of the file as a text; null if it is not there. */
export function changeMarkOf(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? null : `${stat.mtimeNs}.${stat.size}.${stat.ino}`;
}

/** When the file was changed last, RFC 3339; null if it is not there. */
export function changedAtOf(path: string): string | null {
  return statSync(path, { throwIfNoEntry: false })?.mtime.toISOString() ?? null;
}
