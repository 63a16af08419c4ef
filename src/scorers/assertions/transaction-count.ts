// `TransactionCount`: how many transactions landed, for tasks that must be done in one piece.

import { z } from "zod";
import { number } from "../../core/document-value.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";

export const transactionCount = defineAssertion({
  list: "final_state_assertions",
  environments: ["solana"],
  schema: z.strictObject({
    type: z.literal("TransactionCount"),
    max: number(z.number().int().nonnegative()),
    ...assertionFields,
  }),
  subjects: () => [],
  claim: ({ max }) => `at most ${max} transaction${max === 1 ? " lands" : "s land"}`,
  judge: ({ max }, { now }) => {
    const landed = now.transactions.filter((one) => one.landed).length;
    return { held: landed <= max, expected: `at most ${max}`, actual: landed.toString() };
  },
});
