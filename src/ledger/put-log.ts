// Keeps the output of attempts in chunks: the first and the last 8 MiB of a stream, which is what `logCut` shows.

import { systemLimits } from "../core/system-limits.ts";
import { existingRun } from "./execute.ts";
import type { LogChunk } from "./ledger.ts";
import type { WriteTransaction } from "./write-transaction.ts";

const { logChunkBytesMax, logEndBytesMax } = systemLimits;

/** Bytes that the ledger has already are skipped. @throws RunledgerError `run.not-found`, `run.deleted` */
export function putLog(tx: WriteTransaction, { chunks }: { chunks: LogChunk[] }): { size: number } {
  let size = 0;
  for (const chunk of chunks) {
    existingRun(tx, chunk.runId);
    size = putChunk(tx, chunk);
    // Whole chunks between the two kept ends go.
    if (size > 2 * logEndBytesMax) tx.trimLog(chunk, logEndBytesMax, size - logEndBytesMax);
  }
  return { size };
}

function putChunk(tx: WriteTransaction, { offset, bytes, ...of }: LogChunk): number {
  const known = tx.logSize(of);
  const end = offset + bytes.length;
  for (let start = Math.max(offset, known); start < end; ) {
    const piece = bytes.subarray(start - offset, Math.min(start - offset + logChunkBytesMax, bytes.length));
    tx.insertLog(of, start, piece);
    start += piece.length;
  }
  return Math.max(known, end);
}
