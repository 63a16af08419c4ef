// Makes the declared accounts of a world, each by the maker of its kind. A new kind is one file and one line here.

import { RunledgerError, unreachable } from "../../../core/errors.ts";
import type { AccountEntry } from "../account-entry.ts";
import type { AddressBook } from "../address-book.ts";
import type { Vm } from "../vm.ts";
import { makeLookupTable } from "./lookup-table.ts";
import { makeMint } from "./mint.ts";
import { makeNonce } from "./nonce.ts";
import type { Place } from "./place.ts";
import { makeRaw } from "./raw.ts";
import { makeStake } from "./stake.ts";
import { makeTokenAccount } from "./token-account.ts";
import { makeWallet } from "./wallet.ts";

/** Makes every declared account; mints first, since a token account is made to fit its mint. */
export function makeAccounts(vm: Vm, book: AddressBook, entries: readonly AccountEntry[]): void {
  const mints = entries.filter(({ kind }) => kind === "mint" || kind === "raw");
  const others = entries.filter(({ kind }) => kind !== "mint" && kind !== "raw");
  for (const entry of [...mints, ...others]) {
    const address = book.find(entry.pubkey);
    if (address === null)
      throw new RunledgerError("internal.bug", `no address for the declared account ${entry.pubkey}`);
    makeAccount({ vm, book, address, name: entry.pubkey }, entry);
  }
}

function makeAccount(place: Place, entry: AccountEntry): void {
  if (entry.kind === "wallet") makeWallet(place, entry);
  else if (entry.kind === "mint") makeMint(place, entry);
  else if (entry.kind === "token_account") makeTokenAccount(place, entry);
  else if (entry.kind === "nonce") makeNonce(place, entry);
  else if (entry.kind === "stake") makeStake(place, entry);
  else if (entry.kind === "lookup_table") makeLookupTable(place, entry);
  else if (entry.kind === "raw") makeRaw(place, entry);
  else unreachable(entry);
}
