// Tokens as they are stored: what they are for, and the hash of their secret. The token itself is kept nowhere.

import type { EventData } from "../core/events.ts";

export type TokenScope = EventData<"token.created">["scopes"][number];

/** A token that is about to be stored. */
export type NewToken = {
  id: string;
  name: string;
  scopes: TokenScope[];
  /** RFC 3339; null: it does not expire. */
  expiresAt: string | null;
  /** SHA-256 of the secret, 64 hex digits. */
  hash: string;
  who: string;
};

export type StoredToken = NewToken & { createdAt: string; revokedAt: string | null };

export type TokenRow = {
  id: string;
  name: string;
  /** JSON list. */
  scopes: string;
  /** Unix milliseconds. */
  expires_at: number | null;
  hash: string;
  who: string;
  created_at: number;
  revoked_at: number | null;
};

export function tokenRow({ id, name, scopes, expiresAt, hash, who }: NewToken, createdAtMs: number): TokenRow {
  return {
    ...{ id, name, scopes: JSON.stringify(scopes), hash, who },
    expires_at: expiresAt === null ? null : Date.parse(expiresAt),
    created_at: createdAtMs,
    revoked_at: null,
  };
}

export function tokenOfRow(row: TokenRow): StoredToken {
  const { id, name, scopes, expires_at, hash, who, created_at, revoked_at } = row;
  const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    ...{ id, name, hash, who },
    scopes: JSON.parse(scopes) as TokenScope[],
    expiresAt: time(expires_at),
    createdAt: new Date(created_at).toISOString(),
    revokedAt: time(revoked_at),
  };
}
