// Reads the kept output of attempts.

import type { DatabaseSync } from "node:sqlite";
import type { LogStream } from "../log-stream.ts";
import { statement } from "./statement.ts";

type Chunk = { start: number; bytes: Uint8Array };

/** Bytes from an offset on, without a gap, at most `limit`; empty at the end and within what was cut out. */
export function readLog(db: DatabaseSync, of: LogStream & { offset: number; limit: number }): Uint8Array {
  const { runId, attempt, stream, offset, limit } = of;
  const sql = `SELECT start, bytes FROM logs WHERE run_id = ? AND attempt = ? AND stream = ?
    AND start >= coalesce((SELECT max(start) FROM logs WHERE run_id = ?1 AND attempt = ?2 AND stream = ?3 AND start <= ?4), ?4)
    ORDER BY start`;
  const pieces: Uint8Array[] = [];
  let at = offset;
  const end = offset + limit;
  for (const row of statement(db, sql).iterate(runId, attempt, stream, offset) as Iterable<Chunk>) {
    const from = at - row.start;
    if (from < 0 || from >= row.bytes.length || at >= end) break;
    const piece = row.bytes.subarray(from, from + end - at);
    pieces.push(piece);
    at += piece.length;
  }
  return Uint8Array.from(Buffer.concat(pieces));
}

/** Bytes that the stream had as far as the ledger knows, those that were cut out included. */
export function logSize(db: DatabaseSync, { runId, attempt, stream }: LogStream): number {
  const sql = `SELECT start + length(bytes) AS size FROM logs
    WHERE run_id = ? AND attempt = ? AND stream = ? ORDER BY start DESC LIMIT 1`;
  const row = statement(db, sql).get(runId, attempt, stream) as { size: number } | undefined;
  return row?.size ?? 0;
}

/** The bytes that were cut out of a long stream, or null. */
export function logCut(db: DatabaseSync, { runId, attempt, stream }: LogStream): { from: number; to: number } | null {
  const sql = `SELECT "from", "to" FROM (
      SELECT start + length(bytes) AS "from", lead(start) OVER (ORDER BY start) AS "to" FROM logs
      WHERE run_id = ? AND attempt = ? AND stream = ?)
    WHERE "to" > "from" LIMIT 1`;
  const row = statement(db, sql).get(runId, attempt, stream) as { from: number; to: number } | undefined;
  return row === undefined ? null : { from: row.from, to: row.to };
}
