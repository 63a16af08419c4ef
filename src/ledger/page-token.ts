// The opaque tokens of the next page of a list.

import { RunledgerError } from "../core/errors.ts";

type Order = "newest" | "oldest";

/** The token of the page after the run with this place in the order of creation. */
export function tokenOfCreated(created: number, order: Order): string {
  return Buffer.from(`${order}:${created}`).toString("base64url");
}

/** @throws RunledgerError `usage.bad-value` if it is no token of a list in this order */
export function createdOfToken(token: string, order: Order): number {
  const match = /^(newest|oldest):(\d{1,16})$/.exec(Buffer.from(token, "base64url").toString("utf8"));
  if (match?.[1] === order) return Number(match[2]);
  throw new RunledgerError("usage.bad-value", `${token} is no page token of this list`, { data: { pageToken: token } });
}
