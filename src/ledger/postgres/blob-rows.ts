// Blobs of a PostgreSQL ledger: rows of 256 KiB under the digest of the whole. The first part is written last: a blob is
// there when that is, whole and committed before any event can name it.

import { createHash } from "node:crypto";
import { RunledgerError } from "../../core/errors.ts";
import type { Connection } from "./connection.ts";

const partBytesMax = 256 * 1024;
/** Parts that travel in one statement. */
const partsMax = 16;
const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** Keeps the bytes; a blob that is there already is left as it is. @returns the digest */
export async function writeBlob(connection: Connection, bytes: Uint8Array): Promise<string> {
  const digest = digestOf(bytes);
  if (await hasBlob(connection, digest)) return digest;
  const parts = Math.max(1, Math.ceil(bytes.length / partBytesMax));
  for (let end = parts; end > 0; end -= partsMax) {
    await insertParts(connection, { digest, bytes, from: Math.max(0, end - partsMax), end });
  }
  return digest;
}

/** The bytes, or null if there is no such blob. @throws RunledgerError `ledger.damaged` if they are not what they were */
export async function readBlob(connection: Connection, digest: string): Promise<Uint8Array | null> {
  if (!digestPattern.test(digest)) return null;
  const parts: Uint8Array[] = [];
  for (;;) {
    const sql = "SELECT bytes FROM blobs WHERE digest = $1 AND part >= $2 ORDER BY part LIMIT $3";
    const rows = await connection.rows<{ bytes: Uint8Array }>(sql, [digest, parts.length, partsMax]);
    parts.push(...rows.map(({ bytes }) => bytes));
    if (rows.length < partsMax) break;
  }
  if (parts.length === 0 || !(await hasBlob(connection, digest))) return null;
  const bytes = Uint8Array.from(Buffer.concat(parts));
  if (digestOf(bytes) === digest) return bytes;
  throw new RunledgerError("ledger.damaged", `the blob ${digest} does not hold the bytes that it is named by`, {
    data: { digest },
  });
}

async function hasBlob(connection: Connection, digest: string): Promise<boolean> {
  return (await connection.row("SELECT 1 AS found FROM blobs WHERE digest = $1 AND part = 0", [digest])) !== null;
}

async function insertParts(
  connection: Connection,
  { digest, bytes, from, end }: { digest: string; bytes: Uint8Array; from: number; end: number },
): Promise<void> {
  const sql = `INSERT INTO blobs (digest, part, bytes) SELECT $1, part, bytes
    FROM unnest($2::integer[], $3::bytea[]) AS new(part, bytes) ON CONFLICT (digest, part) DO NOTHING`;
  const numbers = Array.from({ length: end - from }, (_, index) => from + index);
  const pieces = numbers.map((part) => Buffer.from(bytes.subarray(part * partBytesMax, (part + 1) * partBytesMax)));
  await connection.run(sql, [digest, numbers, pieces]);
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
