// All tools of a Solana world, in the order in which agents are told of them.

import type { Tool } from "../../../core/tool.ts";
import type { SolanaState } from "../state.ts";
import { addInstruction, addMemo } from "./add-instruction.ts";
import {
  findAssociatedTokenAccount,
  getAccount,
  getBalance,
  getMinimumBalance,
  listTokenAccounts,
} from "./look-at-account.ts";
import { burn, burnChecked, createMint, freezeAccount, mintTo, mintToChecked, thawAccount } from "./mint-tools.ts";
import { clearTransaction, generateKeypair, useLookupTable } from "./pending-tools.ts";
import { setComputeBudget } from "./set-compute-budget.ts";
import { createStakeAccount, deactivateStake, delegateStake, withdrawStake } from "./stake-tools.ts";
import { simulate, submit } from "./submit.ts";
import {
  createAccount,
  createNonceAccount,
  solTransfer,
  useDurableNonce,
  withdrawNonceAccount,
} from "./system-tools.ts";
import {
  approveDelegate,
  approveDelegateChecked,
  closeTokenAccount,
  createAssociatedTokenAccount,
  requireMemo,
  revokeDelegate,
  setTokenAuthority,
  syncNative,
} from "./token-accounts.ts";
import { splTransfer, splTransferChecked, splTransferWithFee } from "./token-transfers.ts";

const makers: readonly ((state: SolanaState) => Tool)[] = [
  getBalance,
  getAccount,
  listTokenAccounts,
  findAssociatedTokenAccount,
  getMinimumBalance,
  generateKeypair,
  solTransfer,
  createAccount,
  splTransfer,
  splTransferChecked,
  splTransferWithFee,
  createAssociatedTokenAccount,
  syncNative,
  closeTokenAccount,
  approveDelegate,
  approveDelegateChecked,
  revokeDelegate,
  setTokenAuthority,
  createMint,
  mintTo,
  mintToChecked,
  burn,
  burnChecked,
  freezeAccount,
  thawAccount,
  requireMemo,
  addMemo,
  createNonceAccount,
  withdrawNonceAccount,
  useDurableNonce,
  createStakeAccount,
  delegateStake,
  deactivateStake,
  withdrawStake,
  addInstruction,
  setComputeBudget,
  useLookupTable,
  clearTransaction,
  simulate,
  submit,
];

/** The tools of this world; their names are those of `tool-names.ts`. */
export function solanaTools(state: SolanaState): Tool[] {
  return makers.map((make) => make(state));
}
