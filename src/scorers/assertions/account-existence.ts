// `AccountExists` and `AccountClosed`.

import { z } from "zod";
import { text } from "../../core/document-value.ts";
import { type AssertionKind, assertionFields, defineAssertion } from "../assertion.ts";
import { observedAccount } from "./balance.ts";

export const accountExists = existence("AccountExists", true);
export const accountClosed = existence("AccountClosed", false);

function existence(type: string, isWanted: boolean): AssertionKind {
  const inWords = (exists: boolean) => (exists ? "exists" : "no account");
  return defineAssertion({
    list: "final_state_assertions",
    environments: ["solana"],
    schema: z.strictObject({ type: z.literal(type), pubkey: text(z.string()), ...assertionFields }),
    subjects: ({ pubkey }) => [{ kind: "account", pubkey }],
    claim: ({ pubkey }) => `${pubkey} ${isWanted ? "exists" : "does not exist"}`,
    judge: ({ pubkey }, { now }) => {
      const { exists } = observedAccount(now, pubkey);
      return { held: exists === isWanted, expected: inWords(isWanted), actual: inWords(exists) };
    },
  });
}
