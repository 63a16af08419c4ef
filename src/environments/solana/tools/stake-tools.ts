// Tools of the Stake Program: making a stake account, delegating, deactivating, withdrawing.

import {
  getDeactivateInstruction,
  getDelegateStakeInstruction,
  getInitializeInstruction,
  getWithdrawInstruction,
} from "@solana-program/stake";
import { getCreateAccountInstruction } from "@solana-program/system";
import type { Tool } from "../../../core/tool.ts";
import { stakeBytes } from "../accounts/stake.ts";
import { stakeProgram, systemProgram } from "../programs.ts";
import type { SolanaState } from "../state.ts";
import { amountArgument } from "./arguments.ts";
import { instructionTool } from "./instruction-tool.ts";

export function createStakeAccount(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "create_stake_account",
    description:
      "Adds the two instructions that make a stake account: createAccount with the lamports on top of the rent-exempt minimum, and initialize.",
    accounts: { staker: "Who may delegate and deactivate", withdrawer: "Who may withdraw" },
    signers: { payer: "The account that pays", account: "The new stake account; generate_keypair makes a key for it" },
    rest: { lamports: amountArgument("What can be delegated, in lamports; the rent comes on top") },
    build: ({ payer, account, staker, withdrawer }, { lamports }) => ({
      instructions: [
        getCreateAccountInstruction({
          payer,
          newAccount: account,
          lamports: state.vm.rentExemptMinimum(stakeBytes) + BigInt(lamports),
          space: stakeBytes,
          programAddress: stakeProgram,
        }),
        getInitializeInstruction({
          stake: account.address,
          arg0: { staker, withdrawer },
          arg1: { unixTimestamp: 0n, epoch: 0n, custodian: systemProgram },
        }),
      ],
    }),
  });
}

export function delegateStake(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "delegate_stake",
    description: "Adds a delegateStake: all of a stake account is delegated to a validator's vote account.",
    accounts: { account: "The stake account", vote: "The vote account" },
    signers: { authority: "The staker" },
    rest: {},
    build: ({ account, vote, authority }) => ({
      instructions: [getDelegateStakeInstruction({ stake: account, vote, stakeAuthority: authority })],
    }),
  });
}

export function deactivateStake(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "deactivate_stake",
    description: "Adds a deactivate: the delegation of a stake account ends with this epoch.",
    accounts: { account: "The stake account" },
    signers: { authority: "The staker" },
    rest: {},
    build: ({ account, authority }) => ({
      instructions: [getDeactivateInstruction({ stake: account, stakeAuthority: authority })],
    }),
  });
}

export function withdrawStake(state: SolanaState): Tool {
  return instructionTool(state, {
    name: "withdraw_stake",
    description: "Adds a withdraw: lamports that are not delegated leave a stake account.",
    accounts: { account: "The stake account", to: "The account that receives" },
    signers: { authority: "The withdrawer" },
    rest: { lamports: amountArgument("How much to withdraw, in lamports") },
    build: ({ account, to, authority }, { lamports }) => ({
      instructions: [
        getWithdrawInstruction({ stake: account, recipient: to, withdrawAuthority: authority, args: BigInt(lamports) }),
      ],
    }),
  });
}
