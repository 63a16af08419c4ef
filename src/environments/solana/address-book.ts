// Who is who in a world: placeholders, their addresses, and the keys that the agent may sign with.

import type { Address, KeyPairSigner } from "@solana/kit";
import { findAssociatedTokenPda } from "@solana-program/token";
import { RunledgerError } from "../../core/errors.ts";
import { nearestNames } from "../../core/nearest.ts";
import { badArgument } from "../../core/tool.ts";
import { type AccountEntry, isAssociated, userWallet } from "./account-entry.ts";
import { isAddress } from "./base58.ts";
import { signerOf } from "./keys.ts";
import { programNames, tokenProgram } from "./programs.ts";

export type AddressBook = {
  /** Placeholder to address, in order of declaration. */
  names: Readonly<Record<string, string>>;
  /** The account that pays the fees. */
  payer: KeyPairSigner;
  /** How many keys the agent has made. */
  freshKeys: number;
  /** The address that a placeholder or an address means; null if it is neither. */
  find(text: string): Address | null;
  /** The placeholder of an address; null for any other account. */
  nameOf(address: string): string | null;
  /** The key of an account that the agent may sign for; null for any other. */
  signerFor(address: string): KeyPairSigner | null;
  /** A key that nobody had before, for which the agent may sign; the n-th one is always the same. */
  makeKey(): Promise<KeyPairSigner>;
};

/**
 * Makes the keys of all declared accounts. The same seed and entries give the same book.
 * @param ownerOf The program of an account that is there already, such as a mint from a file.
 */
export async function makeAddressBook(
  entries: readonly AccountEntry[],
  seed: number,
  ownerOf: (address: Address) => Address | null,
): Promise<AddressBook> {
  const addresses = new Map<string, Address>();
  const placeholders = new Map<string, string>();
  const signers = new Map<string, KeyPairSigner>();
  const find = (text: string) => addresses.get(text) ?? (isAddress(text) ? (text as Address) : null);
  const enter = (name: string, address: Address) => {
    addresses.set(name, address);
    placeholders.set(address, name);
  };
  for (const entry of entries) {
    const { pubkey, agent_signs: agentSigns } = entry;
    if (isAddress(pubkey)) continue;
    if (isAssociated(entry)) {
      addresses.set(pubkey, programNames.system as Address); // holds its place in the order of declaration
      continue;
    }
    const signer = await signerOf({ seed, name: pubkey });
    enter(pubkey, signer.address);
    if (agentSigns ?? pubkey === userWallet) signers.set(signer.address, signer);
  }
  for (const entry of entries.filter(isAssociated)) {
    enter(entry.pubkey, await associatedAddressOf(entry, { entries, find, ownerOf }));
  }
  const book: AddressBook = {
    names: Object.fromEntries(addresses),
    payer: await signerOf({ seed, name: userWallet }),
    freshKeys: 0,
    find,
    nameOf: (address) => placeholders.get(address) ?? null,
    signerFor: (address) => signers.get(address) ?? null,
    async makeKey() {
      // A placeholder has no lower-case letters, so no declared account can have this key.
      book.freshKeys += 1;
      const signer = await signerOf({ seed, name: `fresh ${book.freshKeys}` });
      signers.set(signer.address, signer);
      return signer;
    },
  };
  return book;
}

/** The address of the associated token account. */
export async function associatedAddress(of: { owner: Address; mint: Address; program: Address }): Promise<Address> {
  const [address] = await findAssociatedTokenPda({ owner: of.owner, mint: of.mint, tokenProgram: of.program });
  return address;
}

/** The address that a tool's argument means. @throws `tool.bad-arguments` naming the field. */
export function addressArgument(book: AddressBook, field: string, given: string): Address {
  const address = book.find(given);
  if (address !== null) return address;
  const cause = `${JSON.stringify(given)} is neither a base58 address nor a declared account`;
  throw badArgument(field, cause, nearestNames(given, Object.keys(book.names)));
}

async function associatedAddressOf(
  entry: Extract<AccountEntry, { kind: "token_account" }>,
  known: {
    entries: readonly AccountEntry[];
    find: (text: string) => Address | null;
    ownerOf: (address: Address) => Address | null;
  },
): Promise<Address> {
  const { entries, find, ownerOf } = known;
  const owner = find(entry.data.owner);
  const mint = find(entry.data.mint);
  if (owner === null || mint === null) {
    const missing = owner === null ? entry.data.owner : entry.data.mint;
    throw new RunledgerError(
      "benchmark.invalid",
      `initial_state: ${entry.pubkey} names ${missing}, which is not declared`,
    );
  }
  const ofMint = entries.find(({ pubkey }) => find(pubkey) === mint)?.owner;
  const program = (entry.owner ?? ofMint ?? ownerOf(mint) ?? tokenProgram) as Address;
  return associatedAddress({ owner, mint, program });
}
