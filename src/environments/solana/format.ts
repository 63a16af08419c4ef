// `initial_state` and `environment_options` of a benchmark in the environment `solana`.

import { z } from "zod";
import { amount, number, text } from "../../core/document-value.ts";
import { nearestNames } from "../../core/nearest.ts";
import type { EnvironmentFormat, FormatFault } from "../environment-format.ts";
import { isAddress } from "./base58.ts";

/** The account that must be declared: it pays the fees and the agent signs for it. */
export const userWallet = "USER_WALLET_PUBKEY";

/** Kinds of accounts that the format defines; those that this build makes have a file in `accounts/`. */
const kindsOfFormat = ["wallet", "mint", "token_account", "nonce", "stake", "lookup_table", "raw"];
const kindsMade = ["wallet"];

const placeholder = /^[A-Z][A-Z0-9_]{0,79}$/;
const pubkey = text(
  z
    .string()
    .refine((value) => placeholder.test(value) || isAddress(value), "must be a NAME_IN_CAPITALS or a base58 address"),
);

export const accountEntrySchema = z.strictObject({
  pubkey,
  kind: z.enum(["wallet"]).default("wallet"),
  /** `system`, or the System Program's address: a wallet has no other owner. */
  owner: text(z.enum(["system", "11111111111111111111111111111111"])).default("system"),
  lamports: amount.default("0"),
  agent_signs: z.boolean().optional(),
});
export type AccountEntry = z.infer<typeof accountEntrySchema>;

const wholeNumber = number(z.number().int().nonnegative());
const clockSchema = z.strictObject({
  unix_timestamp: wholeNumber.default(1_767_225_600),
  slot: number(z.number().int().positive()).default(1),
});

export const solanaOptionsSchema = z.strictObject({
  clock: clockSchema.default({ unix_timestamp: 1_767_225_600, slot: 1 }),
  native_mints: z.boolean().default(true),
  /** The VM knows this fee only. */
  fee_lamports_per_signature: number(z.literal(5000)).default(5000),
});
export type SolanaOptions = z.infer<typeof solanaOptionsSchema>;

export const solanaFormat: EnvironmentFormat = {
  stateEntry: accountEntrySchema,
  options: solanaOptionsSchema,
  notYet: partsNotMade,
  faults: (initialState) => faultsBetween(initialState as readonly AccountEntry[]),
  names: (initialState) =>
    (initialState as readonly AccountEntry[]).map((entry) => entry.pubkey).filter((name) => !isAddress(name)),
  isAddress,
  toolNames: ["sol_transfer", "set_compute_budget", "get_balance", "get_account", "simulate", "submit"],
};

/** Options and account kinds that the format has and this build has not. */
function partsNotMade({ initialState, options }: { initialState: unknown; options: unknown }): FormatFault[] {
  const faults: FormatFault[] = [];
  const add = (path: (string | number)[], message: string) => faults.push({ path, message, isNotYet: true });
  for (const [index, entry] of (Array.isArray(initialState) ? initialState : []).entries()) {
    if (entry === null || typeof entry !== "object") continue;
    const { kind, data } = entry as Record<string, unknown>;
    const path = ["initial_state", index];
    if (typeof kind === "string" && kindsOfFormat.includes(kind) && !kindsMade.includes(kind)) {
      add([...path, "kind"], `accounts of kind ${kind} cannot be made yet; this build makes ${kindsMade.join(", ")}`);
    } else if (data !== undefined) {
      add([...path, "data"], "accounts with data cannot be made yet; this build makes wallets");
    }
  }
  if (options === null || typeof options !== "object") return faults;
  for (const name of ["rpc", "programs", "accounts"]) {
    if (Object.hasOwn(options, name)) add(["environment_options", name], `the option ${name} cannot be used yet`);
  }
  const fee = (options as Record<string, unknown>).fee_lamports_per_signature;
  if (typeof fee === "bigint" && fee !== 5000n) {
    add(
      ["environment_options", "fee_lamports_per_signature"],
      "the VM charges 5000 lamports per signature; another fee cannot be set yet",
    );
  }
  return faults;
}

function faultsBetween(entries: readonly AccountEntry[]): FormatFault[] {
  const faults: FormatFault[] = [];
  const seen = new Set<string>();
  for (const [index, { pubkey: name, agent_signs: agentSigns }] of entries.entries()) {
    const path = ["initial_state", index, "pubkey"];
    if (seen.has(name)) faults.push({ path, message: `${name} is declared twice` });
    seen.add(name);
    if (isAddress(name) && agentSigns) {
      faults.push({ path, message: `nobody has the key of ${name}; agent_signs needs a NAME_IN_CAPITALS` });
    }
    if (name === userWallet && agentSigns === false) {
      faults.push({ path, message: `the agent always signs for ${userWallet}, which pays the fees` });
    }
  }
  if (!seen.has(userWallet)) {
    const near = nearestNames(userWallet, [...seen], 1)[0];
    const instead = near === undefined ? "" : `; is ${near} meant to be it?`;
    faults.push({ path: ["initial_state"], message: `${userWallet} must be declared: it pays the fees${instead}` });
  }
  return faults;
}
