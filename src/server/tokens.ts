// Tokens of the API: how one is made, and whether one that was shown is good. A token says its own id, under which any
// server of the ledger finds the hash of its secret; nothing is kept in a server, so a revoked one is refused everywhere.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { RunledgerError } from "../core/errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { NewToken, StoredToken } from "../ledger/token-row.ts";
import type { Scope, Token } from "./auth.ts";

/** Random bytes of a secret: nobody guesses it, so a plain hash of it is enough. */
const secretBytes = 32;
const idBytes = 6;
const textPattern = /^rl_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** A new token, which is shown once, and what is stored of it. */
export function makeToken(of: { name: string; scope: Scope; expiresAt: string | null; who: string }): {
  text: string;
  token: NewToken;
} {
  const { name, scope, expiresAt, who } = of;
  const id = randomBytes(idBytes).toString("hex");
  const secret = randomBytes(secretBytes).toString("base64url");
  const scopes: NewToken["scopes"] = scope === "write" ? ["read", "write"] : ["read"];
  return { text: `rl_${id}_${secret}`, token: { id, name, scopes, expiresAt, who, hash: hashOf(secret) } };
}

/**
 * The token that the text is, if it is in force; null if there is none.
 * @throws RunledgerError `request.token-revoked`, `request.token-expired`: told only to who has the whole token
 */
export async function findToken(ledger: Pick<Ledger, "getToken">, text: string, nowMs: number): Promise<Token | null> {
  const [, id, secret] = textPattern.exec(text) ?? [];
  if (id === undefined || secret === undefined) return null;
  const stored = await ledger.getToken(id);
  // An unknown id costs the same work as a wrong secret.
  const isSame = timingSafeEqual(Buffer.from(hashOf(secret)), Buffer.from(stored?.hash ?? hashOf("")));
  if (stored === null || !isSame) return null;
  if (stored.revokedAt !== null) {
    throw new RunledgerError("request.token-revoked", `the token ${id} was revoked at ${stored.revokedAt}`);
  }
  if (!isInForce(stored, nowMs)) {
    throw new RunledgerError("request.token-expired", `the token ${id} expired at ${stored.expiresAt}`);
  }
  const endsMs = stored.expiresAt === null ? null : Date.parse(stored.expiresAt);
  return { id, scope: stored.scopes.includes("write") ? "write" : "read", endsMs };
}

/** Whether a token lets anybody in at this time, Unix milliseconds. */
export function isInForce({ revokedAt, expiresAt }: StoredToken, nowMs: number): boolean {
  return revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > nowMs);
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
