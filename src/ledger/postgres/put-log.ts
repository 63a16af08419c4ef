// Keeps chunks of the output of attempts, and takes away those between the two ends that are kept.

import type { Connection } from "./connection.ts";
import type { LogRow, LogTrim } from "./pending-rows.ts";

export async function insertLogs(connection: Connection, rows: readonly LogRow[]): Promise<void> {
  const sql = `INSERT INTO logs (run_id, attempt, stream, start, bytes)
    SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::bigint[], $5::bytea[])`;
  await connection.run(sql, [
    rows.map(({ runId }) => runId),
    rows.map(({ attempt }) => attempt),
    rows.map(({ stream }) => stream),
    rows.map(({ start }) => start),
    rows.map(({ bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
  ]);
}

export async function trimLog(connection: Connection, { runId, attempt, stream, from, to }: LogTrim): Promise<void> {
  const sql = `DELETE FROM logs WHERE run_id = $1 AND attempt = $2 AND stream = $3
    AND start >= $4 AND start + length(bytes) <= $5`;
  await connection.run(sql, [runId, attempt, stream, from, to]);
}
