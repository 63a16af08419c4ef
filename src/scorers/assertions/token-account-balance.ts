// `TokenAccountBalance`: how many tokens a token account holds, in the smallest unit. No account holds none.

import { z } from "zod";
import { amount } from "../../core/document-value.ts";
import { subjectKey } from "../../environments/observation.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";
import { accountTargetFields, hasOneTarget, oneTargetMessage, targetOf } from "./account-target.ts";
import { isWithin, observedAccount, rangeInWords } from "./balance.ts";

const schema = z
  .strictObject({
    type: z.literal("TokenAccountBalance"),
    ...accountTargetFields,
    expected: amount.optional(),
    expected_gte: amount.optional(),
    expected_lte: amount.optional(),
    ...assertionFields,
  })
  .refine(hasOneTarget, oneTargetMessage)
  .refine(
    ({ expected, expected_gte: low, expected_lte: high }) =>
      (expected === undefined) !== (low === undefined && high === undefined),
    "needs either expected, or expected_gte, expected_lte or both",
  );

export const tokenAccountBalance = defineAssertion({
  list: "final_state_assertions",
  environments: ["solana"],
  schema,
  subjects: (fields) => [targetOf(fields)],
  claim: (fields) => `${subjectKey(targetOf(fields))} holds ${inWords(fields)} tokens in the smallest unit`,
  judge: (fields, { now }) => {
    const account = observedAccount(now, targetOf(fields));
    const held = account.exists ? account.fields.amount : "0";
    const expected = inWords(fields);
    if (held === undefined) return { held: false, expected, actual: "no token account" };
    const { expected: exactly, expected_gte: low, expected_lte: high } = fields;
    return { held: isWithin(BigInt(held), exactly ?? low, exactly ?? high), expected, actual: held };
  },
});

function inWords({ expected, expected_gte: low, expected_lte: high }: z.output<typeof schema>): string {
  return expected ?? rangeInWords(low, high);
}
