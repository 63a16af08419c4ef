// Makes the declared accounts of a world, each by the maker of its kind. A new kind is one file and one line here.

import { RunledgerError } from "../../../core/errors.ts";
import type { AddressBook } from "../address-book.ts";
import type { AccountEntry } from "../format.ts";
import type { Vm } from "../vm.ts";
import { makeWallet } from "./wallet.ts";

const makers = { wallet: makeWallet } as const satisfies Record<AccountEntry["kind"], unknown>;

/** Makes every declared account, in order. */
export function makeAccounts(vm: Vm, book: AddressBook, entries: readonly AccountEntry[]): void {
  for (const entry of entries) {
    const address = book.find(entry.pubkey);
    if (address === null)
      throw new RunledgerError("internal.bug", `no address for the declared account ${entry.pubkey}`);
    makers[entry.kind](vm, address, entry);
  }
}
