// Whether a file is as it was when it was read, without reading it again.

import { statSync } from "node:fs";

/** Times, sizes and inodes of a file and of those that it names, as a text. */
export function changeMarkOfAll(path: string, beside: readonly string[]): string {
  return [path, ...beside].map(changeMarkOf).join(" ");
}

/** When the file was changed last, RFC 3339; null if it is not there. */
export function changedAtOf(path: string): string | null {
  return statSync(path, { throwIfNoEntry: false })?.mtime.toISOString() ?? null;
}

/** Time, size and inode of the file as a text; null if it is not there. */
function changeMarkOf(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? null : `${stat.mtimeNs}.${stat.size}.${stat.ino}`;
}
