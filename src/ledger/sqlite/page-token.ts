// The opaque texts that callers carry: cursors in the stream of all events, and tokens of the next page of a list.

import { RunledgerError } from "../../core/errors.ts";
import type { Cursor } from "../ledger.ts";

/** The cursor after this position. */
export function cursorAt(position: number, epoch: string): Cursor {
  return `${epoch}.${position}`;
}

/** The position that a cursor stands for. @throws RunledgerError `cursor.reset` */
export function positionOf(cursor: Cursor, { epoch, head }: { epoch: string; head: number }): number {
  const match = /^([0-9a-f]{8})\.(\d{1,15})$/.exec(cursor);
  const position = Number(match?.[2]);
  if (match?.[1] === epoch && position <= head) return position;
  throw new RunledgerError("cursor.reset", `the cursor ${cursor} is not of this ledger as it is now`);
}

type Order = "newest" | "oldest";

/** The token of the page after the run with this place in the order of creation. */
export function tokenOfCreated(created: number, order: Order): string {
  return Buffer.from(`${order}:${created}`).toString("base64url");
}

/** @throws RunledgerError `usage.bad-value` if it is no token of a list in this order */
export function createdOfToken(token: string, order: Order): number {
  const match = /^(newest|oldest):(\d{1,15})$/.exec(Buffer.from(token, "base64url").toString("utf8"));
  if (match?.[1] === order) return Number(match[2]);
  throw new RunledgerError("usage.bad-value", `${token} is no page token of this list`, { data: { pageToken: token } });
}
