// Keeps the output of attempts in chunks: the first and the last 8 MiB of a stream, which is what `logCut` shows.

import type { DatabaseSync } from "node:sqlite";
import { systemLimits } from "../../core/system-limits.ts";
import type { LogChunk } from "../ledger.ts";
import { type LogStream, logSize } from "./read-log.ts";
import { statement } from "./statement.ts";
import type { WriteTransaction } from "./write-transaction.ts";

const { logChunkBytesMax, logEndBytesMax } = systemLimits;

/** Bytes that the ledger has already are skipped. @throws RunledgerError `run.not-found`, `run.deleted` */
export function putLog(tx: WriteTransaction, { chunks }: { chunks: LogChunk[] }): { size: number } {
  let size = 0;
  for (const chunk of chunks) {
    tx.existingRun(chunk.runId);
    size = putChunk(tx.db, chunk);
    trimMiddle(tx.db, chunk, size);
  }
  return { size };
}

function putChunk(db: DatabaseSync, { offset, bytes, ...of }: LogChunk): number {
  const known = logSize(db, of);
  const end = offset + bytes.length;
  for (let start = Math.max(offset, known); start < end; ) {
    const piece = bytes.subarray(start - offset, Math.min(start - offset + logChunkBytesMax, bytes.length));
    insertLog(db, of, start, piece);
    start += piece.length;
  }
  return Math.max(known, end);
}

function insertLog(db: DatabaseSync, of: LogStream, start: number, bytes: Uint8Array): void {
  const sql = "INSERT INTO logs (run_id, attempt, stream, start, bytes) VALUES (?, ?, ?, ?, ?)";
  statement(db, sql).run(of.runId, of.attempt, of.stream, start, bytes);
}

/** Whole chunks between the two kept ends go. */
function trimMiddle(db: DatabaseSync, of: LogStream, size: number): void {
  if (size <= 2 * logEndBytesMax) return;
  const sql = `DELETE FROM logs WHERE run_id = ? AND attempt = ? AND stream = ?
    AND start >= ? AND start + length(bytes) <= ?`;
  statement(db, sql).run(of.runId, of.attempt, of.stream, logEndBytesMax, size - logEndBytesMax);
}
