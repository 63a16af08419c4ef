// Reads the journal of an attempt that is over, from its first byte to its last, piece by piece: memory stays flat
// however long it is.

import { type FileHandle, open } from "node:fs/promises";
import { systemLimits } from "../core/system-limits.ts";
import { isTornTail, type JournalCursor, type JournalRecord, journalStart, readRecords } from "../protocol/journal.ts";

/** How a journal ends. */
export type JournalEnd = {
  cursor: JournalCursor;
  /** Bytes after the last good record that a death tore or a power cut left as NUL: no damage. */
  tornBytes: number;
  /** Why reading stopped before the end, at a line that is no good successor; null for a whole journal. */
  fault: string | null;
};

// A whole line of the greatest length always fits, so every reading gets further.
const chunkBytes = 2 * systemLimits.journalLineBytesMax;

/**
 * Reads all good records in order.
 * @param take Gets each record; what it holds must be copied if it is to be kept for long.
 * @returns where and how reading ended; null if there is no such file.
 */
export async function readJournal(path: string, take: (record: JournalRecord) => void): Promise<JournalEnd | null> {
  const file = await openIfThere(path);
  if (file === null) return null;
  try {
    let cursor = journalStart;
    for (;;) {
      const bytes = await readAt(file, cursor.offset);
      const read = readRecords(bytes, cursor);
      for (const record of read.records) take(record);
      const rest = bytes.subarray(read.cursor.offset - cursor.offset);
      const isLast = bytes.length < chunkBytes;
      if (read.fault !== null || read.records.length === 0 || isLast) return endOf(read.cursor, rest, read.fault);
      cursor = read.cursor;
    }
  } finally {
    await file.close();
  }
}

function endOf(cursor: JournalCursor, rest: Uint8Array, fault: string | null): JournalEnd {
  const isTorn = fault === null || isTornTail(rest);
  return { cursor, tornBytes: isTorn ? rest.length : 0, fault: isTorn ? null : fault };
}

async function readAt(file: FileHandle, offset: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let length = 0;
  while (length < chunkBytes) {
    const { bytesRead } = await file.read(buffer, length, chunkBytes - length, offset + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}
