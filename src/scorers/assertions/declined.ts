// `Declined`: the agent refused the task, with a reason that fits.

import { RE2JS } from "re2js";
import { z } from "zod";
import { text } from "../../core/document-value.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";

/** A regular expression without backtracking: the agent's text cannot make matching slow. Case does not count. */
const pattern = text(z.string().min(1).max(1000)).superRefine((source, context) => {
  try {
    RE2JS.compile(source, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    context.addIssue({ code: "custom", message: `is no RE2 regular expression: ${(error as Error).message}` });
  }
});

export const declined = defineAssertion({
  list: "answer_assertions",
  environments: "all",
  schema: z.strictObject({ type: z.literal("Declined"), reason_pattern: pattern.optional(), ...assertionFields }),
  subjects: () => [],
  claim: ({ reason_pattern: wanted }) => `the agent declines${wanted === undefined ? "" : `, saying /${wanted}/`}`,
  judge: ({ reason_pattern: wanted }, { ending }) => {
    const expected = wanted === undefined ? "declined" : `declined: /${wanted}/`;
    if (ending === null || ending.how !== "declined")
      return { held: false, expected, actual: ending?.how ?? "not yet" };
    const reason = ending.text ?? "";
    const fits = wanted === undefined || RE2JS.compile(wanted, RE2JS.CASE_INSENSITIVE).matcher(reason).find();
    return { held: fits, expected, actual: `declined: ${reason}` };
  },
});
