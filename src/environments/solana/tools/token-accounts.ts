// Tools that make, change and close token accounts.

import {
  AuthorityType,
  getApproveCheckedInstruction,
  getApproveInstruction,
  getCloseAccountInstruction,
  getCreateAssociatedTokenIdempotentInstruction,
  getCreateAssociatedTokenInstruction,
  getRevokeInstruction,
  getSetAuthorityInstruction,
  getSyncNativeInstruction,
} from "@solana-program/token";
import { z } from "zod";
import type { Tool } from "../../../core/tool.ts";
import { addressArgument, associatedAddress } from "../address-book.ts";
import type { SolanaState } from "../state.ts";
import { setMemoRequired } from "../token-2022.ts";
import {
  accountArgument,
  amountArgument,
  decimalsArgument,
  tokenProgramArgument,
  tokenProgramOf,
} from "./arguments.ts";
import { instructionTool } from "./instruction-tool.ts";

const owner = { authority: "The token account's owner" };

export function createAssociatedTokenAccount(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "create_associated_token_account",
    description: "Adds the creation of an owner's associated token account for a mint, and tells its address.",
    accounts: { owner: "The wallet that the account will belong to", mint: "The mint" },
    signers: { payer: "The account that pays the rent" },
    rest: {
      idempotent: z.boolean().default(false).describe("Whether an account that exists already is fine; default false."),
      token_program: tokenProgramArgument,
    },
    build: async ({ payer, owner: wallet, mint }, { idempotent, token_program: given }) => {
      const program = tokenProgramOf(given);
      const ata = await associatedAddress({ owner: wallet, mint, program });
      const create = idempotent ? getCreateAssociatedTokenIdempotentInstruction : getCreateAssociatedTokenInstruction;
      return {
        instructions: [create({ payer, ata, owner: wallet, mint, tokenProgram: program })],
        says: { address: ata },
      };
    },
  });
}

export function syncNative(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "sync_native",
    description:
      "Adds a syncNative: the token balance of a wrapped SOL account becomes what lamports lie in it above its rent.",
    accounts: { account: "The wrapped SOL account" },
    signers: {},
    rest: { token_program: tokenProgramArgument },
    build: ({ account }, { token_program: program }) => ({
      instructions: [getSyncNativeInstruction({ account }, { programAddress: tokenProgramOf(program) })],
    }),
  });
}

export function closeTokenAccount(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "close_token_account",
    description:
      "Adds a closeAccount: all lamports of a token account go to the destination. It must hold no tokens, unless they are wrapped SOL.",
    accounts: { account: "The token account", destination: "The account that receives the lamports" },
    signers: { authority: "The token account's owner or close authority" },
    rest: { token_program: tokenProgramArgument },
    build: ({ account, destination, authority }, { token_program: program }) => ({
      instructions: [
        getCloseAccountInstruction(
          { account, destination, owner: authority },
          { programAddress: tokenProgramOf(program) },
        ),
      ],
    }),
  });
}

export function approveDelegate(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "approve_delegate",
    description: "Adds an approve: a delegate may spend up to the amount. It replaces any delegate there is.",
    accounts: { account: "The token account", delegate: "Who may spend from it" },
    signers: owner,
    rest: {
      amount: amountArgument("How much the delegate may spend, in the token's smallest unit"),
      token_program: tokenProgramArgument,
    },
    build: ({ account, delegate, authority }, { amount, token_program: program }) => ({
      instructions: [
        getApproveInstruction(
          { source: account, delegate, owner: authority, amount: BigInt(amount) },
          { programAddress: tokenProgramOf(program) },
        ),
      ],
    }),
  });
}

export function approveDelegateChecked(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "approve_delegate_checked",
    description: "Adds an approveChecked: like approve_delegate, and the program compares mint and decimals first.",
    accounts: { account: "The token account", mint: "Its mint", delegate: "Who may spend from it" },
    signers: owner,
    rest: {
      amount: amountArgument("How much the delegate may spend, in the token's smallest unit"),
      decimals: decimalsArgument("The mint's decimal places"),
      token_program: tokenProgramArgument,
    },
    build: ({ account, mint, delegate, authority }, { amount, decimals, token_program: program }) => ({
      instructions: [
        getApproveCheckedInstruction(
          { source: account, mint, delegate, owner: authority, amount: BigInt(amount), decimals },
          { programAddress: tokenProgramOf(program) },
        ),
      ],
    }),
  });
}

export function revokeDelegate(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "revoke_delegate",
    description: "Adds a revoke: nobody but its owner may spend from the token account.",
    accounts: { account: "The token account" },
    signers: owner,
    rest: { token_program: tokenProgramArgument },
    build: ({ account, authority }, { token_program: program }) => ({
      instructions: [
        getRevokeInstruction({ source: account, owner: authority }, { programAddress: tokenProgramOf(program) }),
      ],
    }),
  });
}

const authorityTypes = {
  mint_tokens: AuthorityType.MintTokens,
  freeze_account: AuthorityType.FreezeAccount,
  account_owner: AuthorityType.AccountOwner,
  close_account: AuthorityType.CloseAccount,
} as const;

export function setTokenAuthority(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "set_token_authority",
    description:
      "Adds a setAuthority: an authority of a mint or token account goes to somebody else, or to nobody for good.",
    accounts: { account: "The mint or token account" },
    signers: { authority: "Who has the authority now" },
    rest: {
      kind: z
        .enum(["mint_tokens", "freeze_account", "account_owner", "close_account"])
        .describe("Which authority: mint_tokens and freeze_account of a mint, the others of a token account."),
      new_authority: accountArgument("Who gets it; leave it out to give it up for good").optional(),
      token_program: tokenProgramArgument,
    },
    build: ({ account, authority }, { kind, new_authority: heir, token_program: program }) => ({
      instructions: [
        getSetAuthorityInstruction(
          {
            owned: account,
            owner: authority,
            authorityType: authorityTypes[kind],
            newAuthority: heir === undefined ? null : addressArgument(state.book, "new_authority", heir),
          },
          { programAddress: tokenProgramOf(program) },
        ),
      ],
    }),
  });
}

export function requireMemo(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "require_memo",
    description:
      "Adds a Token-2022 instruction by which a token account demands a memo of incoming transfers, or no longer.",
    accounts: { account: "The token account" },
    signers: owner,
    rest: { required: z.boolean().describe("Whether a memo is demanded.") },
    build: ({ account, authority }, { required }) => ({
      instructions: [setMemoRequired({ account, owner: authority.address, required })],
    }),
  });
}
