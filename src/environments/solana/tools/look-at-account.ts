// The tools that look: at balances, accounts, token accounts and what things cost. They change nothing.

import { getBase64Decoder } from "@solana/kit";
import { z } from "zod";
import { defineTool, type Tool } from "../../../core/tool.ts";
import { addressArgument, associatedAddress } from "../address-book.ts";
import { token2022Program, tokenProgram } from "../programs.ts";
import { fieldsOf } from "../read-account.ts";
import type { SolanaState } from "../state.ts";
import { accountArgument, tokenProgramArgument, tokenProgramOf } from "./arguments.ts";

/** Bytes of account data that one answer holds. */
const dataBytesMax = 1024;
/** Token accounts that one answer holds. */
const listedMax = 100;

export function getBalance({ vm, book }: SolanaState): Tool {
  return defineTool({
    name: "get_balance",
    description:
      "Tells how many lamports an account holds; 0 if there is no such account. 1 SOL = 1000000000 lamports.",
    args: z.strictObject({ pubkey: accountArgument("The account") }),
    run: ({ pubkey }) => {
      const address = addressArgument(book, "pubkey", pubkey);
      return { address, lamports: vm.lamports(address).toString() };
    },
  });
}

export function getAccount({ vm, book }: SolanaState): Tool {
  return defineTool({
    name: "get_account",
    description: `Tells whether an account exists, its lamports, its owning program, what its data says field by field if it can be read (a token account's mint, owner and amount, a mint's supply and decimals, and so on), and the data itself (base64, first ${dataBytesMax} bytes).`,
    args: z.strictObject({ pubkey: accountArgument("The account") }),
    run: ({ pubkey }) => {
      const address = addressArgument(book, "pubkey", pubkey);
      const account = vm.account(address);
      if (account === null) return { address, exists: false };
      const data = getBase64Decoder().decode(account.data.subarray(0, dataBytesMax));
      const { owner, lamports } = account;
      const fields = fieldsOf(account);
      return {
        address,
        exists: true,
        lamports: lamports.toString(),
        owner,
        dataBytes: account.data.length,
        fields,
        data,
      };
    },
  });
}

export function listTokenAccounts({ vm, book }: SolanaState): Tool {
  return defineTool({
    name: "list_token_accounts",
    description:
      "Lists the token accounts of an owner, of both token programs, with mint and amount in the smallest unit.",
    args: z.strictObject({ owner: accountArgument("The wallet") }),
    run: ({ owner }) => {
      const wallet = addressArgument(book, "owner", owner);
      const accounts = [tokenProgram, token2022Program].flatMap((program) =>
        vm.accountsOf(program).flatMap(({ address, account }) => {
          const { owner: whose, mint, amount } = fieldsOf(account);
          if (whose !== wallet || mint === undefined || amount === undefined) return [];
          return [{ address, name: book.nameOf(address), mint, amount, program }];
        }),
      );
      return { accounts: accounts.slice(0, listedMax), total: accounts.length };
    },
  });
}

export function findAssociatedTokenAccount({ vm, book }: SolanaState): Tool {
  return defineTool({
    name: "find_associated_token_account",
    description: "Tells the address of an owner's associated token account for a mint, and whether it exists.",
    args: z.strictObject({
      owner: accountArgument("The wallet"),
      mint: accountArgument("The mint"),
      token_program: tokenProgramArgument,
    }),
    run: async ({ owner, mint, token_program: program }) => {
      const address = await associatedAddress({
        owner: addressArgument(book, "owner", owner),
        mint: addressArgument(book, "mint", mint),
        program: tokenProgramOf(program),
      });
      return { address, exists: vm.account(address) !== null };
    },
  });
}

export function getMinimumBalance({ vm }: SolanaState): Tool {
  return defineTool({
    name: "get_minimum_balance",
    description: "Tells how many lamports an account with so many bytes of data must hold to be rent exempt.",
    args: z.strictObject({ bytes: z.int().min(0).max(10_485_760).describe("Length of the account's data in bytes.") }),
    run: ({ bytes }) => ({ lamports: vm.rentExemptMinimum(bytes).toString() }),
  });
}
