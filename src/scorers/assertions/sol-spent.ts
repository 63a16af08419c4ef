// `SolSpent`: an account gave away at most so much since the start, fees included.

import { z } from "zod";
import { amount, text } from "../../core/document-value.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";
import { lamportsOf } from "./balance.ts";

export const solSpent = defineAssertion({
  list: "final_state_assertions",
  environments: ["solana"],
  schema: z.strictObject({
    type: z.literal("SolSpent"),
    pubkey: text(z.string()),
    max: amount,
    ...assertionFields,
  }),
  subjects: ({ pubkey }) => [{ kind: "account", pubkey }],
  claim: ({ pubkey, max }) => `${pubkey} spends at most ${max} lamports`,
  judge: ({ pubkey, max }, { start, now }) => {
    const spent = lamportsOf(start, pubkey) - lamportsOf(now, pubkey);
    return { held: spent <= BigInt(max), expected: max, actual: spent.toString() };
  },
});
