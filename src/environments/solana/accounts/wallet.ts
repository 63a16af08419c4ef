// The account kind `wallet`: lamports under a key, owned by the System Program. With no lamports it is a key without
// an account, as on chain.

import type { Address } from "@solana/kit";
import { SYSTEM_PROGRAM_ADDRESS } from "@solana-program/system";
import type { AccountEntry } from "../format.ts";
import type { Vm } from "../vm.ts";

/** Makes the account; a wallet of 0 lamports leaves the VM as it is. */
export function makeWallet(vm: Vm, address: Address, entry: AccountEntry): void {
  const lamports = BigInt(entry.lamports);
  if (lamports === 0n) return;
  vm.setAccount(address, { lamports, owner: SYSTEM_PROGRAM_ADDRESS, data: new Uint8Array() });
}
