// How scalars of users' documents become values. YAML is read with whole numbers as BigInt, so that an unquoted
// address of digits and a full u64 both survive; these schemas then say which of the two was meant.

import { z } from "zod";

/** What JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The largest amount on chain: unsigned, 64 bits. */
export const u64Max = 2n ** 64n - 1n;

const unsigned = z
  .string("must be a whole number, 0 or more")
  .regex(/^(0|[1-9][0-9]*)$/, { error: "must be a whole number, 0 or more", abort: true })
  .refine((digits) => digits.length <= 20 && BigInt(digits) <= u64Max, `must be at most ${u64Max} (64 bits)`);

const signed = z
  .string("must be a whole number")
  .regex(/^(0|-?[1-9][0-9]*)$/, { error: "must be a whole number", abort: true })
  .refine(
    (digits) => digits.length <= 21 && BigInt(digits) ** 2n <= u64Max ** 2n,
    `must lie between -${u64Max} and ${u64Max}`,
  );

/** An amount: a whole number or decimal digits in the document, decimal digits ever after. */
export const amount = z.preprocess(digitsOf, unsigned);

/** An amount that may be negative, like a change of balance. */
export const signedAmount = z.preprocess(digitsOf, signed);

/** Text; an unquoted whole number stands for its own digits. */
export function text<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (typeof value === "bigint" ? value.toString() : value), schema);
}

/** A JavaScript number; whole numbers that a double cannot hold exactly are refused. */
export function number<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(exactNumber, schema);
}

/** A value as JSON: whole numbers become numbers where a double holds them exactly, else decimal digits. */
export function jsonOf(value: unknown): Json {
  if (typeof value === "bigint") return isExact(value) ? Number(value) : value.toString();
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "number") {
    return value;
  }
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonOf(item)]));
  }
  return null;
}

/**
 * JSON text with the keys of every object in order of their UTF-16 code units: one content has one text, and so one
 * digest. Members that are undefined are left out.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${members.join(",")}}`;
}

function digitsOf(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  // A plain number can only come from JSON; above 2^53 it has lost digits already and must not pass for an amount.
  return typeof value === "number" && Number.isSafeInteger(value) ? value.toString() : value;
}

function exactNumber(value: unknown): unknown {
  return typeof value === "bigint" && isExact(value) ? Number(value) : value;
}

function isExact(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}
