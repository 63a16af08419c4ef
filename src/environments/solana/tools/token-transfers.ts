// Tools that move tokens: of the Token Program or of Token-2022.

import { getTransferCheckedInstruction, getTransferInstruction } from "@solana-program/token";
import type { Tool } from "../../../core/tool.ts";
import type { SolanaState } from "../state.ts";
import { transferCheckedWithFee } from "../token-2022.ts";
import { amountArgument, decimalsArgument, tokenProgramArgument, tokenProgramOf } from "./arguments.ts";
import { instructionTool } from "./instruction-tool.ts";

const accounts = {
  source: "The token account that pays (not its owner's wallet)",
  destination: "The token account that receives (not its owner's wallet)",
};
const signers = { authority: "The owner or delegate of the source" };
const amount = amountArgument("How much to transfer, in the token's smallest unit");
const mint = "The mint of both token accounts";
const decimals = decimalsArgument("The mint's decimal places; the program refuses any other number");

export function splTransfer(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "spl_transfer",
    description: "Adds a transfer of tokens between two token accounts of one mint.",
    accounts,
    signers,
    rest: { amount, token_program: tokenProgramArgument },
    build: ({ source, destination, authority }, { amount: given, token_program: program }) => ({
      instructions: [
        getTransferInstruction(
          { source, destination, authority, amount: BigInt(given) },
          { programAddress: tokenProgramOf(program) },
        ),
      ],
    }),
  });
}

export function splTransferChecked(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "spl_transfer_checked",
    description: "Adds a transferChecked of tokens: the program compares mint and decimals before it moves anything.",
    accounts: { ...accounts, mint },
    signers,
    rest: { amount, decimals, token_program: tokenProgramArgument },
    build: (
      { source, destination, authority, mint: of },
      { amount: given, decimals: places, token_program: program },
    ) => ({
      instructions: [
        getTransferCheckedInstruction(
          { source, destination, authority, mint: of, amount: BigInt(given), decimals: places },
          { programAddress: tokenProgramOf(program) },
        ),
      ],
    }),
  });
}

export function splTransferWithFee(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "spl_transfer_with_fee",
    description:
      "Adds a Token-2022 transferCheckedWithFee: the recipient gets the amount less the fee, and the program refuses any fee but the one that the mint's rate gives.",
    accounts: { ...accounts, mint },
    signers,
    rest: { amount, decimals, fee: amountArgument("The expected fee, in the token's smallest unit") },
    build: ({ source, destination, authority, mint: of }, { amount: given, decimals: places, fee }) => ({
      instructions: [
        transferCheckedWithFee({
          source,
          mint: of,
          destination,
          authority: authority.address,
          amount: BigInt(given),
          decimals: places,
          fee: BigInt(fee),
        }),
      ],
    }),
  });
}
