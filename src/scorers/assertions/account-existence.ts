// `AccountExists` and `AccountClosed`.

import { z } from "zod";
import { subjectKey } from "../../environments/observation.ts";
import { type AssertionKind, assertionFields, defineAssertion } from "../assertion.ts";
import { accountTargetFields, hasOneTarget, oneTargetMessage, targetOf } from "./account-target.ts";
import { observedAccount } from "./balance.ts";

export const accountExists = existence("AccountExists", true);
export const accountClosed = existence("AccountClosed", false);

function existence(type: string, isWanted: boolean): AssertionKind {
  const inWords = (exists: boolean) => (exists ? "exists" : "no account");
  return defineAssertion({
    list: "final_state_assertions",
    environments: ["solana"],
    schema: z
      .strictObject({ type: z.literal(type), ...accountTargetFields, ...assertionFields })
      .refine(hasOneTarget, oneTargetMessage),
    subjects: (fields) => [targetOf(fields)],
    claim: (fields) => `${subjectKey(targetOf(fields))} ${isWanted ? "exists" : "does not exist"}`,
    judge: (fields, { now }) => {
      const { exists } = observedAccount(now, targetOf(fields));
      return { held: exists === isWanted, expected: inWords(isWanted), actual: inWords(exists) };
    },
  });
}
