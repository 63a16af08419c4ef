// Keeps chunks of the output of attempts, and takes away those between the two ends that are kept.

import type { DatabaseSync } from "node:sqlite";
import type { LogStream } from "../log-stream.ts";
import { statement } from "./statement.ts";

export function insertLog(db: DatabaseSync, of: LogStream, start: number, bytes: Uint8Array): void {
  const sql = "INSERT INTO logs (run_id, attempt, stream, start, bytes) VALUES (?, ?, ?, ?, ?)";
  statement(db, sql).run(of.runId, of.attempt, of.stream, start, bytes);
}

/** Whole chunks between two offsets go. */
export function trimLog(db: DatabaseSync, of: LogStream, from: number, to: number): void {
  const sql = `DELETE FROM logs WHERE run_id = ? AND attempt = ? AND stream = ?
    AND start >= ? AND start + length(bytes) <= ?`;
  statement(db, sql).run(of.runId, of.attempt, of.stream, from, to);
}
