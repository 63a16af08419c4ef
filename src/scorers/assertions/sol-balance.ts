// `SolBalance`: what an account holds.

import { z } from "zod";
import { amount, text } from "../../core/document-value.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";
import { isWithin, lamportsOf, rangeInWords } from "./balance.ts";

const schema = z
  .strictObject({
    type: z.literal("SolBalance"),
    pubkey: text(z.string()),
    expected: amount.optional(),
    expected_gte: amount.optional(),
    expected_lte: amount.optional(),
    ...assertionFields,
  })
  .refine(
    ({ expected, expected_gte: low, expected_lte: high }) =>
      expected === undefined ? low !== undefined && high !== undefined : low === undefined && high === undefined,
    "needs either expected, or expected_gte together with expected_lte",
  );

type Bounds = Pick<z.output<typeof schema>, "expected" | "expected_gte" | "expected_lte">;

export const solBalance = defineAssertion({
  list: "final_state_assertions",
  environments: ["solana"],
  schema,
  subjects: ({ pubkey }) => [{ kind: "account", pubkey }],
  claim: (fields) => `${fields.pubkey} holds ${inWords(fields)} lamports`,
  judge: (fields, { now }) => {
    const held = lamportsOf(now, fields.pubkey);
    const { expected, expected_gte: low, expected_lte: high } = fields;
    return {
      held: isWithin(held, expected ?? low, expected ?? high),
      expected: inWords(fields),
      actual: held.toString(),
    };
  },
});

function inWords({ expected, expected_gte: low, expected_lte: high }: Bounds): string {
  return expected ?? rangeInWords(low, high);
}
