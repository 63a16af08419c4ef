// Instructions that only Token-2022 has, as its source lays them out: a tag for the extension and one for what to do.

import { AccountRole, type Address, getU64Encoder, type Instruction } from "@solana/kit";
import { token2022Program } from "./programs.ts";

export const transferFeeTag = 26;
export const transferCheckedWithFeeTag = 1;
export const memoTransferTag = 30;

/** A transfer that names the fee that it expects. Amounts are in the token's smallest unit. */
export function transferCheckedWithFee(transfer: {
  source: Address;
  mint: Address;
  destination: Address;
  authority: Address;
  amount: bigint;
  decimals: number;
  fee: bigint;
}): Instruction {
  const { source, mint, destination, authority, amount, decimals, fee } = transfer;
  const u64 = getU64Encoder();
  return {
    programAddress: token2022Program,
    accounts: [
      { address: source, role: AccountRole.WRITABLE },
      { address: mint, role: AccountRole.READONLY },
      { address: destination, role: AccountRole.WRITABLE },
      { address: authority, role: AccountRole.READONLY_SIGNER },
    ],
    data: new Uint8Array([
      transferFeeTag,
      transferCheckedWithFeeTag,
      ...u64.encode(amount),
      decimals,
      ...u64.encode(fee),
    ]),
  };
}

/** Makes a token account demand a memo of every incoming transfer, or no longer. */
export function setMemoRequired(of: { account: Address; owner: Address; required: boolean }): Instruction {
  return {
    programAddress: token2022Program,
    accounts: [
      { address: of.account, role: AccountRole.WRITABLE },
      { address: of.owner, role: AccountRole.READONLY_SIGNER },
    ],
    data: new Uint8Array([memoTransferTag, of.required ? 0 : 1]),
  };
}
