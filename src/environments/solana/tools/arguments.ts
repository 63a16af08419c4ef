// Schemas of arguments that several Solana tools take, described in the same words everywhere.

import type { Address } from "@solana/kit";
import { z } from "zod";
import { u64Max } from "../../../core/document-value.ts";
import { token2022Program, tokenProgram } from "../programs.ts";

/** An account: base58 address, or the name of a declared account. */
export function accountArgument(meaning: string) {
  return z.string().describe(`${meaning}: a base58 address, or the name of a declared account.`);
}

/** An amount in the smallest unit: digits, or a whole number that JSON holds exactly. */
export function amountArgument(meaning: string) {
  return z
    .union([z.number(), z.string()])
    .describe(`${meaning}, as a whole number or a string of decimal digits.`)
    .check((context) => {
      const fault = amountFault(context.value);
      if (fault !== null) context.issues.push({ code: "custom", input: context.value, message: fault });
    });
}

/** Decimal places of a mint. */
export function decimalsArgument(meaning: string) {
  return z.int().min(0).max(255).describe(`${meaning}.`);
}

/** Which of the two token programs; the default is the Token Program, whatever the mint is under. */
export const tokenProgramArgument = z
  .enum(["token", "token-2022", tokenProgram, token2022Program])
  .default("token")
  .describe("The program that the mint is under: token (default) or token-2022. It is taken as given.");

/** The address that `tokenProgramArgument` means. */
export function tokenProgramOf(given: z.output<typeof tokenProgramArgument>): Address {
  return given === "token-2022" || given === token2022Program ? token2022Program : tokenProgram;
}

function amountFault(given: number | string): string | null {
  if (typeof given === "number" && Number.isInteger(given) && !Number.isSafeInteger(given)) {
    return `${given} is too large for a JSON number; give it as a string of digits`;
  }
  if (!/^[0-9]+$/.test(String(given)))
    return `must be a whole number of the smallest unit, 0 or more; got ${JSON.stringify(given)}`;
  return BigInt(given) > u64Max ? `must be at most ${u64Max} (64 bits)` : null;
}
