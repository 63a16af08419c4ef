// What makers of accounts work with: the VM, the address, and the names of the other declared accounts.

import type { Address } from "@solana/kit";
import { RunledgerError } from "../../../core/errors.ts";
import type { AddressBook } from "../address-book.ts";
import type { Vm } from "../vm.ts";

export type Place = { vm: Vm; book: AddressBook; address: Address; name: string };

/** The address of an account that an entry's data names. */
export function addressOf({ book, name }: Place, named: string): Address {
  const address = book.find(named);
  if (address === null) {
    throw new RunledgerError(
      "benchmark.invalid",
      `initial_state: ${name} names ${named}, and no account is declared as that`,
    );
  }
  return address;
}

/** Puts the account into the VM, with the rent-exempt minimum of its size unless lamports are given. */
export function putAccount(
  { vm, address }: Place,
  account: { owner: Address; data: Uint8Array; lamports: string | undefined; extraLamports?: bigint },
): void {
  const { owner, data } = account;
  const least = vm.rentExemptMinimum(data.length) + (account.extraLamports ?? 0n);
  vm.setAccount(address, { lamports: account.lamports === undefined ? least : BigInt(account.lamports), owner, data });
}
