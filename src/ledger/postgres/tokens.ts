// Tokens: rows that are made once and only ever revoked.

import { type StoredToken, type TokenRow, tokenOfRow } from "../token-row.ts";
import type { Connection } from "./connection.ts";

const columns = "id, name, scopes, expires_at, hash, who, created_at, revoked_at";

export type TokenChange = { type: "insert"; row: TokenRow } | { type: "revoke"; id: string; atMs: number };

export async function changeToken(connection: Connection, change: TokenChange): Promise<void> {
  if (change.type === "insert") return insertToken(connection, change.row);
  // The first revocation counts.
  const sql = "UPDATE tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
  await connection.run(sql, [change.atMs, change.id]);
}

async function insertToken(connection: Connection, row: TokenRow): Promise<void> {
  const sql = `INSERT INTO tokens (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
  const { id, name, scopes, expires_at, hash, who, created_at, revoked_at } = row;
  await connection.run(sql, [id, name, scopes, expires_at, hash, who, created_at, revoked_at]);
}

export async function getToken(connection: Connection, id: string): Promise<StoredToken | null> {
  const row = await connection.row<TokenRow>(`SELECT ${columns} FROM tokens WHERE id = $1`, [id]);
  return row === null ? null : tokenOfRow(row);
}

/** Oldest first. */
export async function listTokens(connection: Connection): Promise<StoredToken[]> {
  return (await tokenRows(connection)).map(tokenOfRow);
}

export function tokenRows(connection: Connection): Promise<TokenRow[]> {
  return connection.rows(`SELECT ${columns} FROM tokens ORDER BY created_at, id`);
}
