// `SolBalanceChange`: by how much an account's balance changed since the start; losses are negative.

import { z } from "zod";
import { signedAmount, text } from "../../core/document-value.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";
import { isWithin, lamportsOf, rangeInWords } from "./balance.ts";

export const solBalanceChange = defineAssertion({
  list: "final_state_assertions",
  environments: ["solana"],
  schema: z
    .strictObject({
      type: z.literal("SolBalanceChange"),
      pubkey: text(z.string()),
      expected_change_gte: signedAmount.optional(),
      expected_change_lte: signedAmount.optional(),
      ...assertionFields,
    })
    .refine(
      (fields) => fields.expected_change_gte !== undefined || fields.expected_change_lte !== undefined,
      "needs expected_change_gte, expected_change_lte or both",
    ),
  subjects: ({ pubkey }) => [{ kind: "account", pubkey }],
  claim: ({ pubkey, expected_change_gte: low, expected_change_lte: high }) =>
    `the balance of ${pubkey} changes by ${rangeInWords(low, high)} lamports`,
  judge: ({ pubkey, expected_change_gte: low, expected_change_lte: high }, { start, now }) => {
    const change = lamportsOf(now, pubkey) - lamportsOf(start, pubkey);
    return { held: isWithin(change, low, high), expected: rangeInWords(low, high), actual: change.toString() };
  },
});
