// An instruction as it is kept, described, compiled and put into snapshots: without signer objects and lookups.

import type { AccountRole, Address, Instruction } from "@solana/kit";

export type PlainInstruction = {
  programAddress: Address;
  accounts: { address: Address; role: AccountRole }[];
  data: Uint8Array;
};

/** The instruction without the signer objects that the libraries' builders attach. */
export function plainInstruction(instruction: Instruction): PlainInstruction {
  const accounts = (instruction.accounts ?? []).map(({ address, role }) => ({ address, role }));
  return { programAddress: instruction.programAddress, accounts, data: new Uint8Array(instruction.data ?? []) };
}
