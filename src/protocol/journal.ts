// The journal's line format: how a runner writes records and how anyone reads them. One line a record,
//   {"v":1,"n":17,"at":"2026-11-22T10:00:00.123Z","type":"step.completed","data":{…},"crc":"0a1b2c3d"}
// with keys in this order. `n` counts from 1 without gaps. `crc` is the CRC-32 of the line's bytes before `,"crc"`,
// continued from the crc of the line before it, so that a rewritten file shows. docs/journal.md tells it to people.

import { crc32 } from "node:zlib";
import { systemLimits } from "../core/system-limits.ts";

/** Where a reader stands: the last record taken, the byte after it, and its crc as eight hex digits. */
export type JournalCursor = { n: number; offset: number; crc: string };

export const journalStart: JournalCursor = { n: 0, offset: 0, crc: "00000000" };

export type JournalRecord = {
  n: number;
  at: string;
  type: string;
  data: Record<string, unknown>;
  /** The exact JSON text of `data`. */
  dataText: string;
  /** Byte offset after the record's newline. */
  end: number;
  crc: string;
};

export type JournalRead = {
  records: JournalRecord[];
  cursor: JournalCursor;
  /** Bytes after the last whole line: a line being written, or torn by a death. */
  tornBytes: number;
  /** Why reading stopped at a whole line that is no good record; null while all is well. */
  fault: string | null;
};

/** The line that ends a journal: what the runner itself says of its end. */
export const finishType = "attempt.finished";

const newline = 0x0a;
const tailLength = ',"crc":"00000000"}'.length;
const tailPattern = /^,"crc":"([0-9a-f]{8})"\}$/;
const headPattern =
  /^\{"v":1,"n":(\d{1,10}),"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)","type":"([a-z][a-z0-9_.-]{0,63})","data":\{/;

/** One record as a line with its newline, and the crc that the next record continues from. */
export function encodeRecord(record: { n: number; at: string; type: string; dataText: string; previousCrc: string }): {
  line: string;
  crc: string;
} {
  const { n, at, type, dataText, previousCrc } = record;
  const body = `{"v":1,"n":${n},"at":"${at}","type":"${type}","data":${dataText}`;
  const crc = chain(body, previousCrc);
  return { line: `${body},"crc":"${crc}"}\n`, crc };
}

/**
 * Reads whole lines from `bytes`, which begin at `from.offset` of the file. Stops before a torn last line and before
 * the first line that is no good successor of the one before it.
 */
export function readRecords(bytes: Uint8Array, from: JournalCursor): JournalRead {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: JournalRecord[] = [];
  let cursor = from;
  let start = 0;
  for (;;) {
    const end = buffer.indexOf(newline, start);
    const length = (end === -1 ? buffer.length : end) - start;
    if (length > systemLimits.journalLineBytesMax) {
      return { records, cursor, tornBytes: 0, fault: `line ${cursor.n + 1} is longer than any record` };
    }
    if (end === -1) return { records, cursor, tornBytes: length, fault: null };
    const read = decodeLine(buffer.subarray(start, end), cursor);
    if (typeof read === "string") return { records, cursor, tornBytes: 0, fault: `line ${cursor.n + 1}: ${read}` };
    records.push(read);
    cursor = { n: read.n, offset: read.end, crc: read.crc };
    start = end + 1;
  }
}

/** A tail that a death tore, or that a file system filled with NUL after a power cut, is no damage. */
export function isTornTail(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0) || !bytes.includes(newline);
}

function decodeLine(line: Buffer, before: JournalCursor): JournalRecord | string {
  const text = line.toString("utf8");
  const head = headPattern.exec(text);
  const crc = tailPattern.exec(text.slice(-tailLength))?.[1];
  if (head === null || crc === undefined) return "it is no journal record";
  const n = Number(head[1]);
  if (n !== before.n + 1) return `it has the number ${n}`;
  const expected = chain(line.subarray(0, line.length - tailLength), before.crc);
  if (crc !== expected) return `its checksum is ${crc}, its bytes have ${expected}`;
  const dataText = text.slice(head[0].length - 1, -tailLength);
  const data = parseObject(dataText);
  if (data === null) return "its data is no JSON object";
  return { n, at: head[2] ?? "", type: head[3] ?? "", data, dataText, end: before.offset + line.length + 1, crc };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function chain(body: string | Uint8Array, previousCrc: string): string {
  return crc32(body, Number.parseInt(previousCrc, 16)).toString(16).padStart(8, "0");
}
