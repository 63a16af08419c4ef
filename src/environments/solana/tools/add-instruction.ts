// Tools for what has none of its own: `add_instruction` for any program, and `add_memo`.

import { AccountRole, getBase58Encoder } from "@solana/kit";
import { z } from "zod";
import { badArgument, defineTool, type Tool } from "../../../core/tool.ts";
import { addressArgument } from "../address-book.ts";
import { memoProgram } from "../programs.ts";
import type { SolanaState } from "../state.ts";
import { accountArgument } from "./arguments.ts";

/** Accounts of one instruction; a transaction cannot name more. */
const accountsMax = 64;

export function addInstruction(state: SolanaState): Tool {
  return defineTool({
    name: "add_instruction",
    description:
      "Adds any instruction of any program to the pending transaction, from its accounts and data. Nothing happens until you call submit.",
    args: z.strictObject({
      program_id: accountArgument("The program"),
      accounts: z
        .array(
          z.strictObject({
            pubkey: accountArgument("The account"),
            is_signer: z.boolean().default(false),
            is_writable: z.boolean().default(false),
          }),
        )
        .max(accountsMax)
        .default([])
        .describe("The instruction's accounts, in the order that the program expects."),
      data: z.string().default("").describe("The instruction's data, in the encoding that `encoding` names."),
      encoding: z
        .enum(["base58", "base64", "hex"])
        .default("base58")
        .describe("How `data` is written; default base58."),
    }),
    run: ({ program_id: program, accounts, data, encoding }) => {
      const { instructions } = state.pending;
      instructions.push({
        programAddress: addressArgument(state.book, "program_id", program),
        accounts: accounts.map(({ pubkey, is_signer: signs, is_writable: writes }, index) => ({
          address: addressArgument(state.book, `accounts.${index}.pubkey`, pubkey),
          role: ((signs ? 2 : 0) + (writes ? 1 : 0)) as AccountRole,
        })),
        data: bytesOf(data, encoding),
      });
      return { pendingInstructions: instructions.length };
    },
  });
}

export function addMemo(state: SolanaState): Tool {
  return defineTool({
    name: "add_memo",
    description:
      "Adds a memo to the pending transaction: text that stands on chain. Put it before the instruction that it belongs to. Nothing happens until you call submit.",
    args: z.strictObject({
      text: z.string().min(1).max(566).describe("The memo's text."),
      signers: z
        .array(accountArgument("Who vouches for the memo; you must be able to sign for it"))
        .max(8)
        .default([])
        .describe("Accounts that sign the memo; usually none."),
    }),
    run: ({ text, signers }) => {
      const { instructions } = state.pending;
      instructions.push({
        programAddress: memoProgram,
        accounts: signers.map((signer, index) => ({
          address: addressArgument(state.book, `signers.${index}`, signer),
          role: AccountRole.READONLY_SIGNER,
        })),
        data: new TextEncoder().encode(text),
      });
      return { pendingInstructions: instructions.length };
    },
  });
}

function bytesOf(data: string, encoding: "base58" | "base64" | "hex"): Uint8Array {
  if (encoding === "base58") {
    try {
      return new Uint8Array(getBase58Encoder().encode(data));
    } catch {
      throw badArgument("data", "is not base58");
    }
  }
  // Buffer skips what it cannot read; nothing is left out in silence.
  const bytes = Buffer.from(data, encoding);
  const isWhole = encoding === "hex" ? bytes.length * 2 === data.length : bytes.toString("base64") === data;
  if (!isWhole) throw badArgument("data", `is not ${encoding}`);
  return new Uint8Array(bytes);
}
