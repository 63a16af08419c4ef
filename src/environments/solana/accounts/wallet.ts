// The account kind `wallet`: lamports under a key, owned by the System Program. With no lamports it is a key without
// an account, as on chain.

import type { EntryOf } from "../account-entry.ts";
import { systemProgram } from "../programs.ts";
import type { Place } from "./place.ts";

/** Makes the account; a wallet of 0 lamports leaves the VM as it is. */
export function makeWallet({ vm, address }: Place, entry: EntryOf<"wallet">): void {
  const lamports = BigInt(entry.lamports);
  if (lamports === 0n) return;
  vm.setAccount(address, { lamports, owner: systemProgram, data: new Uint8Array() });
}
