// Stores a token and appends the event that says so, in the transaction of its caller.

import { RunledgerError } from "../core/errors.ts";
import type { EventRow } from "./event-row.ts";
import { recordEvent } from "./record-event.ts";
import { type NewToken, tokenRow } from "./token-row.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** @throws RunledgerError `internal.bug` for a hash that is none: nobody could ever show such a token. */
export function createToken(tx: WriteTransaction, { token, actor }: { token: NewToken; actor: string }): EventRow {
  if (!/^[0-9a-f]{64}$/.test(token.hash)) throw new RunledgerError("internal.bug", "a token's hash has 64 hex digits");
  const { hash: _, ...data } = token;
  const row = recordEvent(tx, { event: { type: "token.created", data }, actor });
  tx.insertToken(tokenRow(token, row.recorded_at));
  return row;
}
