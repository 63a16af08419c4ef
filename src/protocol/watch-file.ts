// A watch on a file or folder that is never the only way to learn of a change: where the system has no watch to give,
// the caller's own looks are enough.

import { type FSWatcher, watch } from "node:fs";

/**
 * Calls back when something in `path` changes, with the name of the file that did where the system tells it. It only
 * hastens what the caller's poll would find: a watch that cannot be had (EMFILE or ENOSPC: too many of this user
 * already; ENOENT: nothing there) or that breaks later is given up without a word. So every caller must poll too.
 *
 * @param options `isPersistent`: whether the watch keeps this process alive; false unless told.
 */
export function watchOrPoll(
  path: string,
  onChange: (fileName: string | null) => void,
  options: { isPersistent?: boolean } = {},
): { close(): void } {
  let watcher: FSWatcher;
  try {
    watcher = watch(path, { persistent: options.isPersistent ?? false }, (_kind, fileName) => onChange(fileName));
  } catch (error) {
    // What no system call refused is a fault of the caller's.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return { close: () => {} };
  }
  watcher.on("error", () => watcher.close());
  return { close: () => watcher.close() };
}
