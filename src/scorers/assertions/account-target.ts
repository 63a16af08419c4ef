// Which account an assertion is about: one by name or address, or the associated token account of an owner and a mint,
// which need not exist yet.

import { z } from "zod";
import { text } from "../../core/document-value.ts";
import type { AccountSubject } from "../../environments/observation.ts";

const derivationSchema = z.strictObject({
  type: z.literal("AssociatedTokenAccount"),
  owner: text(z.string()),
  mint: text(z.string()),
  /** Without it, the program that the mint is under. */
  token_program: z.enum(["token", "token-2022"]).optional(),
});

/** The two fields of which an assertion has one. */
export const accountTargetFields = {
  pubkey: text(z.string()).optional(),
  address_derivation: derivationSchema.optional(),
};

type Target = { pubkey?: string | undefined; address_derivation?: z.output<typeof derivationSchema> | undefined };

/** Whether exactly one of the two is there; for the schema's `refine`. */
export function hasOneTarget({ pubkey, address_derivation: derivation }: Target): boolean {
  return (pubkey === undefined) !== (derivation === undefined);
}

export const oneTargetMessage = "needs either pubkey or address_derivation";

/** What must be observed. */
export function targetOf({ pubkey, address_derivation: derivation }: Target): AccountSubject {
  if (derivation === undefined) return { kind: "account", pubkey: pubkey ?? "" };
  const { owner, mint, token_program: tokenProgram } = derivation;
  return { kind: "associated_token_account", owner, mint, ...(tokenProgram === undefined ? {} : { tokenProgram }) };
}
