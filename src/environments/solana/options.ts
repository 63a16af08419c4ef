// `environment_options` of the environment `solana`.

import { z } from "zod";
import { number, text } from "../../core/document-value.ts";
import { isAddress } from "./base58.ts";

const wholeNumber = number(z.number().int().nonnegative());
const clockSchema = z.strictObject({
  unix_timestamp: wholeNumber.default(1_767_225_600),
  slot: number(z.number().int().positive()).default(1),
});

/** `file` is a path below the benchmark file's folder. */
const programSchema = z.strictObject({
  id: text(z.string().refine(isAddress, "must be a base58 address")),
  file: text(z.string().min(1)),
});

export const solanaOptionsSchema = z.strictObject({
  clock: clockSchema.default({ unix_timestamp: 1_767_225_600, slot: 1 }),
  /** Whether the mint of wrapped SOL exists. */
  native_mints: z.boolean().default(true),
  /** The VM knows this fee only. */
  fee_lamports_per_signature: number(z.literal(5000)).default(5000),
  /** A JSON-RPC endpoint for agents that are programs; agents that call tools need none. */
  rpc: z.literal("auto").default("auto"),
  /** Programs from their ELF files. */
  programs: z.array(programSchema).max(32).default([]),
  /** Files that `solana account --output json` wrote. */
  accounts: z
    .array(text(z.string().min(1)))
    .max(200)
    .default([]),
});
export type SolanaOptions = z.infer<typeof solanaOptionsSchema>;
