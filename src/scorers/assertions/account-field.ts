// `AccountField`: what one field of an account's data says, such as a delegate, a mint authority or a stake's voter.

import { z } from "zod";
import { text } from "../../core/document-value.ts";
import { accountFieldNames } from "../../environments/account-fields.ts";
import { type AccountSubject, subjectKey } from "../../environments/observation.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";
import { accountTargetFields, hasOneTarget, oneTargetMessage, targetOf } from "./account-target.ts";
import { observedAccount } from "./balance.ts";

/** Digits, an address, `true`, `none`, or the name of a declared account, which stands for its address. */
const value = z.preprocess(
  (given) => (typeof given === "boolean" ? given.toString() : given),
  text(z.string().min(1).max(200)),
);
const accountName = /^[A-Z][A-Z0-9_]*$/;

export const accountField = defineAssertion({
  list: "final_state_assertions",
  environments: ["solana"],
  schema: z
    .strictObject({
      type: z.literal("AccountField"),
      ...accountTargetFields,
      field: z.enum(accountFieldNames),
      equals: value,
      ...assertionFields,
    })
    .refine(hasOneTarget, oneTargetMessage),
  subjects: (fields) => [targetOf(fields), ...namedBy(fields.equals)],
  claim: (fields) => `${fields.field} of ${subjectKey(targetOf(fields))} is ${fields.equals}`,
  judge: (fields, { now }) => {
    const account = observedAccount(now, targetOf(fields));
    const [named] = namedBy(fields.equals);
    const wanted = named === undefined ? fields.equals : observedAccount(now, named).address;
    const found = account.fields[fields.field];
    const actual = found ?? (account.exists ? "no such field" : "no account");
    // The address stands in the record as the file names it, where it is the one that was asked for.
    return { held: found === wanted, expected: fields.equals, actual: found === wanted ? fields.equals : actual };
  },
});

function namedBy(equals: string): AccountSubject[] {
  return accountName.test(equals) ? [{ kind: "account", pubkey: equals }] : [];
}
