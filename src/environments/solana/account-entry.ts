// One entry of `initial_state`: an account of one of seven kinds, each with the data that its program keeps.

import { z } from "zod";
import { amount, number, text } from "../../core/document-value.ts";
import { isAddress } from "./base58.ts";
import { nativeMint, programNames } from "./programs.ts";

const placeholder = /^[A-Z][A-Z0-9_]{0,79}$/;
const accountName = z
  .string()
  .refine((value) => placeholder.test(value) || isAddress(value), "must be a NAME_IN_CAPITALS or a base58 address");
const pubkey = text(accountName);
const wholeNumber = number(z.number().int().nonnegative());

/** The program that owns the account, by its short name or its address; read as the address. */
function ownedBy(...names: [string, ...string[]]) {
  return program(names).default(programNames[names[0]] ?? names[0]);
}

function program(names: readonly string[]) {
  const accepted = [...names, ...names.flatMap((name) => programNames[name] ?? [])];
  return text(z.enum(accepted).transform((name) => programNames[name] ?? name));
}

const shared = { pubkey, agent_signs: z.boolean().optional() };
/** Without it the account holds the rent-exempt minimum of its size, and what `data` says on top. */
const lamports = amount.optional();

const mintExtension = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("transfer_fee"),
    basis_points: number(z.number().int().min(0).max(10_000)),
    maximum_fee: amount,
    config_authority: pubkey.optional(),
    withdraw_authority: pubkey.optional(),
  }),
  z.strictObject({ type: z.literal("non_transferable") }),
  z.strictObject({ type: z.literal("permanent_delegate"), delegate: pubkey }),
  z.strictObject({ type: z.literal("close_authority"), authority: pubkey }),
]);
export type MintExtension = z.infer<typeof mintExtension>;

const accountExtension = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("memo_required") }),
  z.strictObject({ type: z.literal("immutable_owner") }),
  z.strictObject({ type: z.literal("withheld_fee"), amount }),
]);
export type TokenAccountExtension = z.infer<typeof accountExtension>;

const wallet = z.strictObject({
  ...shared,
  kind: z.literal("wallet").default("wallet"),
  owner: ownedBy("system"),
  /** 0 is a key without an account. */
  lamports: amount.default("0"),
});

const mint = z.strictObject({
  ...shared,
  kind: z.literal("mint"),
  owner: ownedBy("token", "token-2022"),
  lamports,
  data: z.strictObject({
    decimals: number(z.number().int().min(0).max(255)),
    supply: amount.default("0"),
    mint_authority: pubkey.optional(),
    freeze_authority: pubkey.optional(),
    extensions: z.array(mintExtension).max(16).default([]),
  }),
});

const tokenAccount = z.strictObject({
  ...shared,
  kind: z.literal("token_account").default("token_account"),
  /** Without it, the program of its mint. */
  owner: program(["token", "token-2022"]).optional(),
  lamports,
  data: z
    .strictObject({
      mint: pubkey,
      owner: pubkey,
      amount,
      delegate: pubkey.optional(),
      delegated_amount: amount.optional(),
      close_authority: pubkey.optional(),
      is_native: z.boolean().default(false),
      frozen: z.boolean().default(false),
      extensions: z.array(accountExtension).max(16).default([]),
    })
    .refine((data) => (data.delegate === undefined) === (data.delegated_amount === undefined), {
      error: "delegate and delegated_amount come together",
      path: ["delegate"],
    })
    .refine((data) => data.is_native === (data.mint === nativeMint), {
      error: `is true exactly for accounts of the mint ${nativeMint} (wrapped SOL)`,
      path: ["is_native"],
    }),
});

const nonce = z.strictObject({
  ...shared,
  kind: z.literal("nonce"),
  owner: ownedBy("system"),
  lamports,
  data: z.strictObject({ authority: pubkey }),
});

const stake = z.strictObject({
  ...shared,
  kind: z.literal("stake"),
  owner: ownedBy("stake"),
  lamports,
  /** Delegated if there is a `vote`, and then fully active. `amount` lies on top of the rent-exempt minimum. */
  data: z.strictObject({ staker: pubkey, withdrawer: pubkey, vote: pubkey.optional(), amount }),
});

const lookupTable = z.strictObject({
  ...shared,
  kind: z.literal("lookup_table"),
  owner: ownedBy("lookup-table"),
  lamports,
  data: z.strictObject({ authority: pubkey.optional(), addresses: z.array(pubkey).max(256).default([]) }),
});

const raw = z.strictObject({
  ...shared,
  kind: z.literal("raw"),
  owner: text(
    z
      .string()
      .transform((name) => programNames[name] ?? name)
      .pipe(accountName),
  ),
  lamports,
  data: z
    .strictObject({
      base64: z.base64().optional(),
      hex: z
        .string()
        .regex(/^([0-9a-f]{2})*$/i, "must be pairs of hexadecimal digits")
        .optional(),
      /** A path below the benchmark file's folder; read as base64 before anything else. */
      file: text(z.string().min(1)).optional(),
      /** Bytes of the account; fewer given bytes are followed by zeros. */
      bytes: wholeNumber.optional(),
    })
    .refine(
      ({ base64, hex, file }) => [base64, hex, file].filter((one) => one !== undefined).length === 1,
      "needs one of base64, hex and file",
    ),
});

export const accountEntrySchema = z.preprocess(
  withKind,
  z.discriminatedUnion("kind", [wallet, mint, tokenAccount, nonce, stake, lookupTable, raw]),
);
export type AccountEntry = z.output<typeof accountEntrySchema>;
export type EntryOf<Kind extends AccountEntry["kind"]> = Extract<AccountEntry, { kind: Kind }>;

/** The account that must be declared: it pays the fees and the agent signs for it. */
export const userWallet = "USER_WALLET_PUBKEY";

/** Whether the entry lies at the associated token address of its owner and mint: its name ends in `_ATA`. */
export function isAssociated(entry: AccountEntry): entry is EntryOf<"token_account"> {
  return entry.kind === "token_account" && entry.pubkey.endsWith("_ATA");
}

/** An entry without a kind is a token account if its data names mint and owner, else a wallet. */
function withKind(entry: unknown): unknown {
  if (entry === null || typeof entry !== "object" || Object.hasOwn(entry, "kind")) return entry;
  const { data } = entry as { data?: unknown };
  const isToken =
    data !== null && typeof data === "object" && Object.hasOwn(data, "mint") && Object.hasOwn(data, "owner");
  return { kind: isToken ? "token_account" : "wallet", ...entry };
}

/** The placeholders and addresses that an entry's data names, with where they stand in it. */
export function accountsNamedBy(entry: AccountEntry): { path: (string | number)[]; name: string }[] {
  if (entry.kind === "wallet") return [];
  if (entry.kind === "raw") return [{ path: ["owner"], name: entry.owner }];
  const found: { path: (string | number)[]; name: string }[] = [];
  const look = (value: unknown, path: (string | number)[]) => {
    if (typeof value === "string" && placeholder.test(value)) found.push({ path, name: value });
    if (value === null || typeof value !== "object") return;
    for (const [key, member] of Object.entries(value))
      look(member, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  look(entry.data, ["data"]);
  return found;
}
