// The tools that look at accounts: `get_balance` and `get_account`.

import { getBase64Decoder } from "@solana/kit";
import { z } from "zod";
import { defineTool, type Tool } from "../../../core/tool.ts";
import { addressArgument } from "../address-book.ts";
import type { SolanaState } from "../state.ts";
import { accountArgument } from "./arguments.ts";

/** Bytes of account data that one answer holds. */
const dataBytesMax = 1024;

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
    description: `Tells whether an account exists, its lamports, its owning program and its data (base64, first ${dataBytesMax} bytes).`,
    args: z.strictObject({ pubkey: accountArgument("The account") }),
    run: ({ pubkey }) => {
      const address = addressArgument(book, "pubkey", pubkey);
      const account = vm.account(address);
      if (account === null) return { address, exists: false };
      const data = getBase64Decoder().decode(account.data.subarray(0, dataBytesMax));
      const { owner, lamports } = account;
      return { address, exists: true, lamports: lamports.toString(), owner, dataBytes: account.data.length, data };
    },
  });
}
