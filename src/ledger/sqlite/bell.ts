// The bell: one byte written after each commit, so that every process that watches the file knows at once that it may
// read. The WAL itself must not be watched: its write is reported before the commit can be seen, and nothing after it.

import { closeSync, openSync, writeSync } from "node:fs";

export type Bell = { ring(): void; close(): void };

const stroke = Buffer.from("!");

export function openBell(path: string): Bell {
  const fd = openSync(path, "a+");
  closeSync(fd);
  const writable = openSync(path, "r+");
  return {
    ring() {
      try {
        writeSync(writable, stroke, 0, 1, 0);
      } catch {
        // A full disk or a lost file: those who wait look at the data version four times a second anyway.
      }
    },
    close: () => closeSync(writable),
  };
}
