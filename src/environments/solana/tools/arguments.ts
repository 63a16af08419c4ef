// Schemas of arguments that several Solana tools take, described in the same words everywhere.

import { z } from "zod";
import { u64Max } from "../../../core/document-value.ts";

/** An account: base58 address, or the name of a declared account. */
export function accountArgument(meaning: string) {
  return z.string().describe(`${meaning}: a base58 address, or the name of a declared account.`);
}

/** An amount in the smallest unit: digits, or a whole number that JSON holds exactly. Becomes digits. */
export function amountArgument(meaning: string) {
  return z
    .union([z.number(), z.string()])
    .describe(`${meaning}, as a whole number or a string of decimal digits.`)
    .check((context) => {
      const fault = amountFault(context.value);
      if (fault !== null) context.issues.push({ code: "custom", input: context.value, message: fault });
    });
}

function amountFault(given: number | string): string | null {
  if (typeof given === "number" && Number.isInteger(given) && !Number.isSafeInteger(given)) {
    return `${given} is too large for a JSON number; give it as a string of digits`;
  }
  if (!/^[0-9]+$/.test(String(given)))
    return `must be a whole number of the smallest unit, 0 or more; got ${JSON.stringify(given)}`;
  return BigInt(given) > u64Max ? `must be at most ${u64Max} (64 bits)` : null;
}
