// Whether a token that was shown is good: by its secret alone, and only while it is in force.

import { expect, test } from "vitest";
import type { StoredToken } from "../ledger/token-row.ts";
import { findToken, makeToken } from "./tokens.ts";

const nowMs = Date.parse("2026-11-22T10:00:00.000Z");
const later = "2026-11-22T11:00:00.000Z";

/** A token, and a ledger that has it as it was stored, changed by this. */
function made(of: { scope?: "read" | "write"; expiresAt?: string | null } = {}, change: Partial<StoredToken> = {}) {
  const { text, token } = makeToken({ name: "ci", scope: "read", expiresAt: null, who: "ada", ...of });
  const stored = { ...token, createdAt: "2026-11-22T09:00:00.000Z", revokedAt: null, ...change } as StoredToken;
  const ledger = { getToken: async (id: string) => (id === token.id ? stored : null) };
  return { text, token, ledger };
}

test("a token opens what it was made for, until its time; nothing of its secret is stored", async () => {
  const reads = made();
  expect(await findToken(reads.ledger, reads.text, nowMs)).toEqual({ id: reads.token.id, scope: "read", endsMs: null });
  const writes = made({ scope: "write", expiresAt: later });
  expect(await findToken(writes.ledger, writes.text, nowMs)).toMatchObject({
    scope: "write",
    endsMs: Date.parse(later),
  });
  expect(JSON.stringify(writes.token)).not.toContain(writes.text.slice(16));
});

test("another secret, an unknown id and what is no token open nothing, and do not tell which of them it was", async () => {
  const { text, ledger } = made();
  const unknown = `rl_${"0".repeat(12)}_${text.slice(16)}`;
  const wrong = `${text.slice(0, 16)}${"A".repeat(43)}`;
  for (const shown of [unknown, wrong, text.slice(0, -1), `${text}A`, "", "rl_"]) {
    expect(await findToken(ledger, shown, nowMs), shown).toBe(null);
  }
});

test("that it was revoked or has expired is told to who has the whole token, and to nobody else", async () => {
  const revoked = made({}, { revokedAt: "2026-11-22T09:30:00.000Z" });
  await expect(findToken(revoked.ledger, revoked.text, nowMs)).rejects.toMatchObject({ code: "request.token-revoked" });
  const guessed = `${revoked.text.slice(0, 16)}${"A".repeat(43)}`;
  expect(await findToken(revoked.ledger, guessed, nowMs)).toBe(null);
  const expired = made({ expiresAt: later });
  const atEnd = findToken(expired.ledger, expired.text, Date.parse(later));
  await expect(atEnd).rejects.toMatchObject({ code: "request.token-expired" });
});
