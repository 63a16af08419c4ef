// `Declined`: the agent refused the task, with a reason that fits.

import { z } from "zod";
import { assertionFields, defineAssertion } from "../assertion.ts";
import { compiled, patternText } from "./pattern.ts";

export const declined = defineAssertion({
  list: "answer_assertions",
  environments: "all",
  schema: z.strictObject({
    type: z.literal("Declined"),
    /** Case does not count. */
    reason_pattern: patternText.optional(),
    ...assertionFields,
  }),
  subjects: () => [],
  claim: ({ reason_pattern: wanted }) => `the agent declines${wanted === undefined ? "" : `, saying /${wanted}/`}`,
  judge: ({ reason_pattern: wanted }, { ending }) => {
    const expected = wanted === undefined ? "declined" : `declined: /${wanted}/`;
    if (ending === null || ending.how !== "declined")
      return { held: false, expected, actual: ending?.how ?? "not yet" };
    const reason = ending.text ?? "";
    const fits = wanted === undefined || compiled(wanted, "i").matcher(reason).find();
    return { held: fits, expected, actual: `declined: ${reason}` };
  },
});
