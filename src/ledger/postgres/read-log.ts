// Reads the kept output of attempts.

import type { LogStream } from "../log-stream.ts";
import type { Connection } from "./connection.ts";

type Chunk = { start: number; bytes: Uint8Array };

/** Chunks that one statement reads. */
const chunksMax = 64;

/** Bytes from an offset on, without a gap, at most `limit`; empty at the end and within what was cut out. */
export async function readLog(
  connection: Connection,
  of: LogStream & { offset: number; limit: number },
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let at = of.offset;
  const end = of.offset + of.limit;
  while (at < end) {
    const chunks = await readChunks(connection, of, at);
    const before = at;
    for (const { start, bytes } of chunks) {
      const from = at - start;
      if (from < 0 || from >= bytes.length || at >= end) break;
      const piece = bytes.subarray(from, from + end - at);
      pieces.push(piece);
      at += piece.length;
    }
    if (at === before || chunks.length < chunksMax) break;
  }
  return Uint8Array.from(Buffer.concat(pieces));
}

/** The chunk that holds an offset, or the first after it, and those that follow. */
function readChunks(connection: Connection, of: LogStream, at: number): Promise<Chunk[]> {
  const sql = `SELECT start, bytes FROM logs WHERE run_id = $1 AND attempt = $2 AND stream = $3
    AND start >= coalesce((SELECT max(start) FROM logs
      WHERE run_id = $1 AND attempt = $2 AND stream = $3 AND start <= $4), $4)
    ORDER BY start LIMIT ${chunksMax}`;
  return connection.rows(sql, [of.runId, of.attempt, of.stream, at]);
}

/** Bytes that the stream had as far as the ledger knows, those that were cut out included. */
export async function logSize(connection: Connection, { runId, attempt, stream }: LogStream): Promise<number> {
  const sql = `SELECT start + length(bytes) AS size FROM logs
    WHERE run_id = $1 AND attempt = $2 AND stream = $3 ORDER BY start DESC LIMIT 1`;
  return (await connection.row<{ size: number }>(sql, [runId, attempt, stream]))?.size ?? 0;
}

/** The bytes that were cut out of a long stream, or null. */
export function logCut(
  connection: Connection,
  { runId, attempt, stream }: LogStream,
): Promise<{ from: number; to: number } | null> {
  const sql = `SELECT "from", "to" FROM (
      SELECT start + length(bytes) AS "from", lead(start) OVER (ORDER BY start) AS "to" FROM logs
      WHERE run_id = $1 AND attempt = $2 AND stream = $3) AS ends
    WHERE "to" > "from" LIMIT 1`;
  return connection.row(sql, [runId, attempt, stream]);
}
