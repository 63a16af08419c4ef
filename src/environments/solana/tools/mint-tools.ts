// Tools of mints: making one, minting, burning, freezing.

import { getCreateAccountInstruction } from "@solana-program/system";
import {
  getBurnCheckedInstruction,
  getBurnInstruction,
  getFreezeAccountInstruction,
  getInitializeMint2Instruction,
  getMintToCheckedInstruction,
  getMintToInstruction,
  getThawAccountInstruction,
} from "@solana-program/token";
import type { Tool } from "../../../core/tool.ts";
import { addressArgument } from "../address-book.ts";
import type { SolanaState } from "../state.ts";
import {
  accountArgument,
  amountArgument,
  decimalsArgument,
  tokenProgramArgument,
  tokenProgramOf,
} from "./arguments.ts";
import { instructionTool } from "./instruction-tool.ts";

const mintBytes = 82;
const program = tokenProgramArgument;
const decimals = decimalsArgument("The mint's decimal places");

export function createMint(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "create_mint",
    description: "Adds the two instructions that make a mint: createAccount, which pays its rent, and initializeMint2.",
    accounts: { mint_authority: "Who may mint" },
    signers: { payer: "The account that pays", mint: "The new mint; generate_keypair makes a key for it" },
    rest: {
      decimals: decimalsArgument("Decimal places of the token"),
      freeze_authority: accountArgument("Who may freeze accounts; leave it out for nobody").optional(),
      token_program: program,
    },
    build: (
      { payer, mint, mint_authority: mintAuthority },
      { decimals: places, freeze_authority: freezer, token_program: of },
    ) => ({
      instructions: [
        getCreateAccountInstruction({
          payer,
          newAccount: mint,
          lamports: state.vm.rentExemptMinimum(mintBytes),
          space: mintBytes,
          programAddress: tokenProgramOf(of),
        }),
        getInitializeMint2Instruction(
          {
            mint: mint.address,
            decimals: places,
            mintAuthority,
            freezeAuthority: freezer === undefined ? null : addressArgument(state.book, "freeze_authority", freezer),
          },
          { programAddress: tokenProgramOf(of) },
        ),
      ],
    }),
  });
}

const minted = {
  accounts: { mint: "The mint", account: "The token account that receives" },
  signers: { mint_authority: "The mint authority" },
  amount: amountArgument("How much to mint, in the token's smallest unit"),
};

export function mintTo(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "mint_to",
    description: "Adds a mintTo: new tokens come into being in a token account.",
    accounts: minted.accounts,
    signers: minted.signers,
    rest: { amount: minted.amount, token_program: program },
    build: ({ mint, account, mint_authority: mintAuthority }, { amount, token_program: of }) => ({
      instructions: [
        getMintToInstruction(
          { mint, token: account, mintAuthority, amount: BigInt(amount) },
          { programAddress: tokenProgramOf(of) },
        ),
      ],
    }),
  });
}

export function mintToChecked(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "mint_to_checked",
    description: "Adds a mintToChecked: like mint_to, and the program compares the decimals first.",
    accounts: minted.accounts,
    signers: minted.signers,
    rest: { amount: minted.amount, decimals, token_program: program },
    build: ({ mint, account, mint_authority: mintAuthority }, { amount, decimals: places, token_program: of }) => ({
      instructions: [
        getMintToCheckedInstruction(
          { mint, token: account, mintAuthority, amount: BigInt(amount), decimals: places },
          { programAddress: tokenProgramOf(of) },
        ),
      ],
    }),
  });
}

const burnt = {
  accounts: { account: "The token account", mint: "Its mint" },
  signers: { authority: "The token account's owner or delegate" },
  amount: amountArgument("How much to burn, in the token's smallest unit"),
};

export function burn(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "burn",
    description: "Adds a burn: tokens of a token account cease to be.",
    accounts: burnt.accounts,
    signers: burnt.signers,
    rest: { amount: burnt.amount, token_program: program },
    build: ({ account, mint, authority }, { amount, token_program: of }) => ({
      instructions: [
        getBurnInstruction(
          { account, mint, authority, amount: BigInt(amount) },
          { programAddress: tokenProgramOf(of) },
        ),
      ],
    }),
  });
}

export function burnChecked(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "burn_checked",
    description: "Adds a burnChecked: like burn, and the program compares the decimals first.",
    accounts: burnt.accounts,
    signers: burnt.signers,
    rest: { amount: burnt.amount, decimals, token_program: program },
    build: ({ account, mint, authority }, { amount, decimals: places, token_program: of }) => ({
      instructions: [
        getBurnCheckedInstruction(
          { account, mint, authority, amount: BigInt(amount), decimals: places },
          { programAddress: tokenProgramOf(of) },
        ),
      ],
    }),
  });
}

export function freezeAccount(state: SolanaState): Tool {
  return freezing(state, "freeze_account", "Adds a freezeAccount: nothing can move into or out of the token account.");
}

export function thawAccount(state: SolanaState): Tool {
  return freezing(state, "thaw_account", "Adds a thawAccount: the token account can be used again.");
}

function freezing(state: SolanaState, name: "freeze_account" | "thaw_account", description: string): Tool {
  return instructionTool(state, {
    name,
    description,
    accounts: { account: "The token account", mint: "Its mint" },
    signers: { authority: "The mint's freeze authority" },
    rest: { token_program: program },
    build: ({ account, mint, authority }, { token_program: of }) => {
      const make = name === "freeze_account" ? getFreezeAccountInstruction : getThawAccountInstruction;
      return { instructions: [make({ account, mint, owner: authority }, { programAddress: tokenProgramOf(of) })] };
    },
  });
}
