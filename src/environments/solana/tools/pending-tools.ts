// Tools around the pending transaction that add no instruction: fresh keys, lookup tables, starting over.

import { z } from "zod";
import { defineTool, type Tool, toolFailed } from "../../../core/tool.ts";
import { addressArgument } from "../address-book.ts";
import { emptyPending } from "../pending-transaction.ts";
import { lookupTableProgram } from "../programs.ts";
import type { SolanaState } from "../state.ts";
import { accountArgument } from "./arguments.ts";

/** Keys that one run may make. */
const freshKeysMax = 256;

export function generateKeypair({ book }: SolanaState): Tool {
  return defineTool({
    name: "generate_keypair",
    description:
      "Makes a fresh key, for which you can sign from now on, and tells its address. There is no account at it yet.",
    args: z.strictObject({}),
    run: async () => {
      if (book.freshKeys >= freshKeysMax) throw toolFailed(`no more than ${freshKeysMax} keys can be made`);
      return { address: (await book.makeKey()).address };
    },
  });
}

export function useLookupTable(state: SolanaState): Tool {
  return defineTool({
    name: "use_lookup_table",
    description:
      "Names accounts of the pending transaction through an address lookup table, which makes it shorter. May be called for several tables. Nothing happens until you call submit.",
    args: z.strictObject({ lookup_table: accountArgument("The lookup table") }),
    run: ({ lookup_table: given }) => {
      const table = addressArgument(state.book, "lookup_table", given);
      if (state.vm.account(table)?.owner !== lookupTableProgram) throw toolFailed(`${given} is no lookup table`);
      const { lookupTables } = state.pending;
      if (!lookupTables.includes(table)) lookupTables.push(table);
      return { lookupTables: [...lookupTables] };
    },
  });
}

export function clearTransaction(state: SolanaState): Tool {
  return defineTool({
    name: "clear_transaction",
    description: "Empties the pending transaction: its instructions, compute budget, nonce and lookup tables.",
    args: z.strictObject({}),
    run: () => {
      const dropped = state.pending.instructions.length;
      state.pending = emptyPending();
      return { droppedInstructions: dropped };
    },
  });
}
