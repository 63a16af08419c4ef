// Most Solana tools do one thing: they put instructions into the pending transaction. This is how they are declared:
// accounts by name, which of them must sign, further arguments, and what is built of them.

import { type Address, createNoopSigner, type Instruction, type TransactionSigner } from "@solana/kit";
import { z } from "zod";
import type { Json } from "../../../core/document-value.ts";
import { badArgument, defineTool, type Tool } from "../../../core/tool.ts";
import { type AddressBook, addressArgument } from "../address-book.ts";
import { plainInstruction } from "../plain-instruction.ts";
import type { SolanaState } from "../state.ts";
import { accountArgument } from "./arguments.ts";

type Built = { instructions: Instruction[]; says?: Record<string, Json> };

/** Declares a tool that adds instructions; `accounts` and `signers` give each argument its meaning in words. */
export function instructionTool<
  Accounts extends Record<string, string>,
  Signers extends Record<string, string>,
  Rest extends z.ZodRawShape,
>(
  state: SolanaState,
  tool: {
    name: string;
    description: string;
    /** Accounts that need not sign. */
    accounts: Accounts;
    /** Accounts that must sign; the agent must have their keys. */
    signers: Signers;
    rest: Rest;
    build: (
      accounts: { [Name in keyof Accounts]: Address } & { [Name in keyof Signers]: TransactionSigner },
      rest: z.output<z.ZodObject<Rest>>,
    ) => Built | Promise<Built>;
  },
): Tool {
  const { name, description, accounts, signers, rest, build } = tool;
  const fields: Record<string, z.ZodType> = {};
  for (const [field, meaning] of Object.entries(accounts)) fields[field] = accountArgument(meaning);
  for (const [field, meaning] of Object.entries(signers)) {
    fields[field] = accountArgument(`${meaning}; you must be able to sign for it`);
  }
  return defineTool({
    name,
    description: `${description} Nothing happens until you call submit.`,
    args: z.strictObject({ ...fields, ...rest }),
    run: async (args) => {
      const given = args as Record<string, unknown>;
      const address = (field: string) => addressArgument(state.book, field, given[field] as string);
      const plain = Object.keys(accounts).map((field) => [field, address(field)]);
      const signing = Object.keys(signers).map((field) => [
        field,
        signerArgument(state.book, field, address(field), given),
      ]);
      const built = await build(Object.fromEntries([...plain, ...signing]), given as z.output<z.ZodObject<Rest>>);
      state.pending.instructions.push(...built.instructions.map(plainInstruction));
      return { ...built.says, pendingInstructions: state.pending.instructions.length };
    },
  });
}

/** Stands for the account's signature, which is made at submit. @throws `tool.bad-arguments` if there is no key. */
function signerArgument(
  book: AddressBook,
  field: string,
  address: Address,
  given: Record<string, unknown>,
): TransactionSigner {
  if (book.signerFor(address) === null) throw badArgument(field, `you do not have the key of ${given[field]}`);
  return createNoopSigner(address);
}
