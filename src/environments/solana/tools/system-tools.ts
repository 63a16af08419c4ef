// Tools of the System Program: moving SOL, making accounts, durable nonces.

import {
  getCreateAccountInstruction,
  getInitializeNonceAccountInstruction,
  getTransferSolInstruction,
  getWithdrawNonceAccountInstruction,
} from "@solana-program/system";
import { z } from "zod";
import { defineTool, type Tool, toolFailed } from "../../../core/tool.ts";
import { addressArgument } from "../address-book.ts";
import { programNames, systemProgram } from "../programs.ts";
import { fieldsOf } from "../read-account.ts";
import type { SolanaState } from "../state.ts";
import { accountArgument, amountArgument } from "./arguments.ts";
import { instructionTool } from "./instruction-tool.ts";

const nonceBytes = 80;

export function solTransfer(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "sol_transfer",
    description: "Adds a System Program transfer of SOL to the pending transaction. 1 SOL = 1000000000 lamports.",
    accounts: { to: "The account that receives" },
    signers: { from: "The account that pays" },
    rest: { lamports: amountArgument("How much to transfer, in lamports") },
    build: ({ from, to }, { lamports }) => ({
      instructions: [getTransferSolInstruction({ source: from, destination: to, amount: BigInt(lamports) })],
    }),
  });
}

export function createAccount(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "create_account",
    description:
      "Adds a System Program createAccount: a new account of so many zero bytes under a program. Use generate_keypair for its address and get_minimum_balance for its rent.",
    accounts: {},
    signers: { payer: "The account that pays", account: "The new account" },
    rest: {
      lamports: amountArgument("What the new account holds, in lamports"),
      space: z.int().min(0).max(10_485_760).describe("Length of its data in bytes."),
      owner: z.string().describe("The program that owns it: a base58 address, or system, token, token-2022, stake."),
    },
    build: ({ payer, account }, { lamports, space, owner }) => ({
      instructions: [
        getCreateAccountInstruction({
          payer,
          newAccount: account,
          lamports: BigInt(lamports),
          space,
          programAddress: programNames[owner] ?? addressArgument(state.book, "owner", owner),
        }),
      ],
    }),
  });
}

export function createNonceAccount(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "create_nonce_account",
    description: "Adds the two instructions that make a durable nonce account, which holds the rent-exempt minimum.",
    accounts: { authority: "Who may advance and withdraw" },
    signers: { payer: "The account that pays", account: "The new account" },
    rest: {},
    build: ({ payer, account, authority }) => ({
      instructions: [
        getCreateAccountInstruction({
          payer,
          newAccount: account,
          lamports: state.vm.rentExemptMinimum(nonceBytes),
          space: nonceBytes,
          programAddress: systemProgram,
        }),
        getInitializeNonceAccountInstruction({ nonceAccount: account.address, nonceAuthority: authority }),
      ],
    }),
  });
}

export function withdrawNonceAccount(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "withdraw_nonce_account",
    description: "Adds a System Program withdrawNonceAccount; taking all it holds closes the nonce account.",
    accounts: { account: "The nonce account", to: "The account that receives" },
    signers: { authority: "The nonce account's authority" },
    rest: { lamports: amountArgument("How much to withdraw, in lamports") },
    build: ({ account, to, authority }, { lamports }) => ({
      instructions: [
        getWithdrawNonceAccountInstruction({
          nonceAccount: account,
          recipientAccount: to,
          nonceAuthority: authority,
          withdrawAmount: BigInt(lamports),
        }),
      ],
    }),
  });
}

export function useDurableNonce(state: SolanaState): Tool {
  return defineTool({
    name: "use_durable_nonce",
    description:
      "Makes the pending transaction live by a durable nonce instead of a recent blockhash: advanceNonceAccount becomes its first instruction. Nothing happens until you call submit.",
    args: z.strictObject({
      nonce_account: accountArgument("The nonce account"),
      authority: accountArgument("Its authority; you must be able to sign for it"),
    }),
    run: ({ nonce_account: given, authority }) => {
      const account = addressArgument(state.book, "nonce_account", given);
      const found = state.vm.account(account);
      const value = found === null ? undefined : fieldsOf(found).nonce;
      if (value === undefined) throw toolFailed(`${given} is no initialized nonce account`);
      state.pending.nonce = { account, authority: addressArgument(state.book, "authority", authority) };
      return { nonce: value };
    },
  });
}
