// Who is who in a world: placeholders, their addresses, and the keys that the agent may sign with.

import type { Address, KeyPairSigner } from "@solana/kit";
import { nearestNames } from "../../core/nearest.ts";
import { badArgument } from "../../core/tool.ts";
import { isAddress } from "./base58.ts";
import { type AccountEntry, userWallet } from "./format.ts";
import { signerOf } from "./keys.ts";

export type AddressBook = {
  /** Placeholder to address, in order of declaration. */
  names: Readonly<Record<string, string>>;
  /** The account that pays the fees. */
  payer: KeyPairSigner;
  /** The address that a placeholder or an address means; null if it is neither. */
  find(text: string): Address | null;
  /** The placeholder of an address; null for any other account. */
  nameOf(address: string): string | null;
  /** The key of an account that the agent may sign for; null for any other. */
  signerFor(address: string): KeyPairSigner | null;
};

/** Makes the keys of all declared accounts. The same seed and entries give the same book. */
export async function makeAddressBook(entries: readonly AccountEntry[], seed: number): Promise<AddressBook> {
  const addresses = new Map<string, Address>();
  const placeholders = new Map<string, string>();
  const signers = new Map<string, KeyPairSigner>();
  for (const { pubkey, agent_signs: agentSigns } of entries) {
    if (isAddress(pubkey)) continue;
    const signer = await signerOf({ seed, name: pubkey });
    addresses.set(pubkey, signer.address);
    placeholders.set(signer.address, pubkey);
    if (agentSigns ?? pubkey === userWallet) signers.set(signer.address, signer);
  }
  return {
    names: Object.fromEntries(addresses),
    payer: await signerOf({ seed, name: userWallet }),
    find: (text) => addresses.get(text) ?? (isAddress(text) ? (text as Address) : null),
    nameOf: (address) => placeholders.get(address) ?? null,
    signerFor: (address) => signers.get(address) ?? null,
  };
}

/** The address that a tool's argument means. @throws `tool.bad-arguments` naming the field. */
export function addressArgument(book: AddressBook, field: string, given: string): Address {
  const address = book.find(given);
  if (address !== null) return address;
  const cause = `${JSON.stringify(given)} is neither a base58 address nor a declared account`;
  throw badArgument(field, cause, nearestNames(given, Object.keys(book.names)));
}
