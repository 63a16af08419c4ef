// Tokens: rows that are made once and only ever revoked.

import type { DatabaseSync } from "node:sqlite";
import { type StoredToken, type TokenRow, tokenOfRow } from "../token-row.ts";
import { statement } from "./statement.ts";

export function insertToken(db: DatabaseSync, row: TokenRow): void {
  const sql = `INSERT INTO tokens (id, name, scopes, expires_at, hash, who, created_at, revoked_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
  const { id, name, scopes, expires_at, hash, who, created_at, revoked_at } = row;
  statement(db, sql).run(id, name, scopes, expires_at, hash, who, created_at, revoked_at);
}

/** The first revocation counts. */
export function revokeToken(db: DatabaseSync, { id, atMs }: { id: string; atMs: number }): void {
  statement(db, "UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL").run(atMs, id);
}

export function getToken(db: DatabaseSync, { id }: { id: string }): StoredToken | null {
  const row = statement(db, "SELECT * FROM tokens WHERE id = ?").get(id) as TokenRow | undefined;
  return row === undefined ? null : tokenOfRow(row);
}

/** Oldest first. */
export function listTokens(db: DatabaseSync): StoredToken[] {
  return (statement(db, "SELECT * FROM tokens ORDER BY created_at, id").all() as TokenRow[]).map(tokenOfRow);
}
