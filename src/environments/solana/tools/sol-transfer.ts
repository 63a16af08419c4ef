// The tool `sol_transfer`.

import { createNoopSigner } from "@solana/kit";
import { getTransferSolInstruction } from "@solana-program/system";
import { z } from "zod";
import { badArgument, defineTool, type Tool } from "../../../core/tool.ts";
import { addressArgument } from "../address-book.ts";
import { plainInstruction } from "../plain-instruction.ts";
import type { SolanaState } from "../state.ts";
import { accountArgument, amountArgument } from "./arguments.ts";

export function solTransfer(state: SolanaState): Tool {
  return defineTool({
    name: "sol_transfer",
    description:
      "Adds a System Program transfer of SOL to the pending transaction. 1 SOL = 1000000000 lamports. Nothing moves until you call submit.",
    args: z.strictObject({
      from: accountArgument("The account that pays; you must be able to sign for it"),
      to: accountArgument("The account that receives"),
      lamports: amountArgument("How much to transfer, in lamports"),
    }),
    run: ({ from, to, lamports }) => {
      const source = addressArgument(state.book, "from", from);
      const destination = addressArgument(state.book, "to", to);
      if (state.book.signerFor(source) === null) throw badArgument("from", `you do not have the key of ${from}`);
      const transfer = getTransferSolInstruction({
        source: createNoopSigner(source),
        destination,
        amount: BigInt(lamports),
      });
      state.pending.instructions.push(plainInstruction(transfer));
      return { pendingInstructions: state.pending.instructions.length };
    },
  });
}
