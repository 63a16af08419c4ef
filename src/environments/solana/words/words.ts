// What an instruction says, in words: its name, and its arguments as text.

import { isOption, isSome } from "@solana/kit";

export type Words = { name: string; args: Record<string, string> };

/** Decoded arguments as text: amounts as digits, absent options as `none`; the discriminator is left out. */
export function argsInWords(data: Record<string, unknown>): Record<string, string> {
  const args: Record<string, string> = {};
  for (const [key, value] of Object.entries(data)) if (!/discriminator$/i.test(key)) args[key] = inWords(value);
  return args;
}

/** `TransferChecked` as `transferChecked`. */
export function firstLower(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (isOption(value)) return isSome(value) ? inWords(value.value) : "none";
  if (typeof value !== "object") return String(value);
  return JSON.stringify(value, (_, member) => (typeof member === "bigint" ? member.toString() : member));
}
