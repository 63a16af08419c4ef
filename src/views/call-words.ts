// A tool call in words: amounts as people say them, whom it takes from and whom it gives to, the rest as key=value.

import { oneLine } from "./columns.ts";
import { sol } from "./number-words.ts";

const valueWidth = 80;

/** The arguments of a call, `0.1 SOL  A → B` for a transfer; empty if there are none. */
export function argumentWords(args: Record<string, unknown>): string {
  const { lamports, from, to, ...rest } = args;
  const words: string[] = [];
  if (lamports !== undefined) words.push(sol(String(lamports)));
  words.push(...Object.entries(rest).map(([key, value]) => `${key}=${valueWords(value)}`));
  if (from !== undefined && to !== undefined) words.push(`${valueWords(from)} → ${valueWords(to)}`);
  else if (from !== undefined) words.push(`from ${valueWords(from)}`);
  else if (to !== undefined) words.push(`→ ${valueWords(to)}`);
  return words.join("  ");
}

/** Any JSON value on one line: texts as they are, the rest as JSON. */
export function valueWords(value: unknown, width = valueWidth): string {
  return oneLine(typeof value === "string" ? value : (JSON.stringify(value) ?? "–"), width);
}

/** What a failed call says of itself. */
export function errorWords(error: unknown): string {
  if (error === null || typeof error !== "object") return valueWords(error ?? "failed");
  const { message, code } = error as { message?: unknown; code?: unknown };
  return valueWords(message ?? code ?? error, 200);
}
