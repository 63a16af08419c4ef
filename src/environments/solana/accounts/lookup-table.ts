// The account kind `lookup_table`: addresses that a transaction may name by one byte each.

import { type Address, getAddressDecoder, getAddressEncoder, getU32Encoder, getU64Encoder } from "@solana/kit";
import type { EntryOf } from "../account-entry.ts";
import { lookupTableProgram } from "../programs.ts";
import { addressOf, type Place, putAccount } from "./place.ts";

/** Bytes before the first address. */
const lookupTableHeadBytes = 56;
const lookupTableState = 1;
const never = 2n ** 64n - 1n;

/** Makes the lookup table; it was filled in slot 0, so it can be used from the first transaction on. */
export function makeLookupTable(place: Place, entry: EntryOf<"lookup_table">): void {
  const { authority, addresses } = entry.data;
  const encodeAddress = getAddressEncoder();
  const data = new Uint8Array(lookupTableHeadBytes + 32 * addresses.length);
  data.set(getU32Encoder().encode(lookupTableState), 0);
  data.set(getU64Encoder().encode(never), 4); // not deactivated
  // Bytes 12 to 20 are the slot of the last extension and where it began: 0.
  if (authority !== undefined) {
    data[21] = 1;
    data.set(encodeAddress.encode(addressOf(place, authority)), 22);
  }
  for (const [index, name] of addresses.entries()) {
    data.set(encodeAddress.encode(addressOf(place, name)), lookupTableHeadBytes + 32 * index);
  }
  putAccount(place, { owner: lookupTableProgram, data, lamports: entry.lamports });
}

/** The addresses that a lookup table's data holds. */
export function lookupTableAddresses(data: Uint8Array): Address[] {
  const count = Math.max(0, Math.floor((data.length - lookupTableHeadBytes) / 32));
  const decode = getAddressDecoder();
  return Array.from({ length: count }, (_, index) => decode.decode(data, lookupTableHeadBytes + 32 * index));
}
