// The transaction that the agent is building: tools append instructions, `submit` compiles, signs and empties it.

import {
  type Address,
  appendTransactionMessageInstructions,
  type CompiledTransactionMessage,
  compileTransaction,
  compressTransactionMessageUsingAddressLookupTables,
  createTransactionMessage,
  getBase58Decoder,
  getBase58Encoder,
  getCompiledTransactionMessageDecoder,
  getSignatureFromTransaction,
  getTransactionEncoder,
  type KeyPairSigner,
  type Nonce,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  setTransactionMessageLifetimeUsingDurableNonce,
  signTransaction,
  type TransactionMessage,
  type TransactionMessageWithFeePayer,
} from "@solana/kit";
import type { Json } from "../../core/document-value.ts";
import { toolFailed } from "../../core/tool.ts";
import { lookupTableAddresses } from "./accounts/lookup-table.ts";
import type { AddressBook } from "./address-book.ts";
import { type ComputeBudget, computeBudgetInstructions } from "./compute-budget.ts";
import { type PlainInstruction, plainInstruction } from "./plain-instruction.ts";
import { fieldsOf } from "./read-account.ts";
import type { Vm } from "./vm.ts";

export type Pending = {
  instructions: PlainInstruction[];
  budget: ComputeBudget;
  /** A nonce account that stands in for the blockhash, and who may advance it. */
  nonce: { account: Address; authority: Address } | null;
  /** Lookup tables through which accounts are named. */
  lookupTables: Address[];
};

export type SignedTransaction = {
  signature: string;
  blockhash: string;
  /** As sent, budget instructions first. */
  instructions: PlainInstruction[];
  /** The transaction's account list; signers first, writable before read-only, as on chain. */
  accounts: { address: Address; signer: boolean; writable: boolean }[];
  wire: Uint8Array;
};

/** What a transaction is compiled against. */
type Chain = { vm: Vm; book: AddressBook };
type EmptyMessage = Extract<TransactionMessage, { version: 0 }> & TransactionMessageWithFeePayer;

/** A packet on the network holds no more; the VM itself would not mind. */
export const wireBytesMax = 1232;

export function emptyPending(): Pending {
  return { instructions: [], budget: {}, nonce: null, lookupTables: [] };
}

/**
 * Compiles and signs the pending transaction; Ed25519 has no randomness, so the same content has the same signature.
 * @throws `tool.failed` if there is nothing to send, it is too large, or it needs a key that the agent has not.
 */
export async function signPending(pending: Pending, { vm, book }: Chain): Promise<SignedTransaction> {
  if (pending.instructions.length === 0) {
    throw toolFailed("there is nothing to send: no instruction was added since the last submit");
  }
  const empty = setTransactionMessageFeePayer(book.payer.address, createTransactionMessage({ version: 0 }));
  const living = withLifetime(empty, pending, vm);
  const tables = tablesOf(pending.lookupTables, vm);
  const message = pipe(
    appendTransactionMessageInstructions(
      [...computeBudgetInstructions(pending.budget), ...pending.instructions],
      living.message,
    ),
    (whole) => compressTransactionMessageUsingAddressLookupTables(whole, tables),
  );
  const unsigned = compileTransaction(message);
  const compiled = getCompiledTransactionMessageDecoder().decode(unsigned.messageBytes as unknown as Uint8Array);
  const accounts = accountsOf(compiled, tables);
  const keyPairs = accounts.filter(({ signer }) => signer).map(({ address }) => keyPairOf(book, address));
  const signed = await signTransaction(keyPairs, unsigned);
  const wire = new Uint8Array(getTransactionEncoder().encode(signed));
  if (wire.length > wireBytesMax) {
    throw toolFailed(`the transaction is ${wire.length} bytes long; at most ${wireBytesMax} fit: send it in parts`);
  }
  const instructions = message.instructions.map(plainInstruction);
  return { signature: getSignatureFromTransaction(signed), blockhash: living.blockhash, instructions, accounts, wire };
}

/** The message with the latest blockhash or the nonce's value, which is advanced by the first instruction. */
function withLifetime(message: EmptyMessage, { nonce }: Pending, vm: Vm) {
  if (nonce === null) {
    const blockhash = vm.blockhash();
    return {
      blockhash,
      message: setTransactionMessageLifetimeUsingBlockhash({ blockhash, lastValidBlockHeight: 0n }, message),
    };
  }
  const found = vm.account(nonce.account);
  const value = found === null ? undefined : fieldsOf(found).nonce;
  if (value === undefined) throw toolFailed(`${nonce.account} is no longer a nonce account`);
  return {
    blockhash: value,
    message: setTransactionMessageLifetimeUsingDurableNonce(
      { nonce: value as Nonce, nonceAccountAddress: nonce.account, nonceAuthorityAddress: nonce.authority },
      message,
    ),
  };
}

/** What the lookup tables hold now. @throws `tool.failed` for one that is not there. */
export function tablesOf(lookupTables: readonly Address[], vm: Vm): Record<Address, Address[]> {
  return Object.fromEntries(
    lookupTables.map((table) => {
      const account = vm.account(table);
      if (account === null) throw toolFailed(`the lookup table ${table} does not exist`);
      return [table, lookupTableAddresses(account.data)];
    }),
  );
}

/** The pending transaction as JSON, for a snapshot. */
export function pendingToJson({ instructions, budget, nonce, lookupTables }: Pending): Json {
  const base58 = getBase58Decoder();
  return {
    instructions: instructions.map((one) => ({ ...one, data: base58.decode(one.data) })),
    budget: { ...budget },
    nonce: nonce === null ? null : { ...nonce },
    lookupTables: [...lookupTables],
  };
}

/** Reads what `pendingToJson` wrote. */
export function pendingFromJson(json: Json): Pending {
  const { instructions, ...rest } = json as unknown as Omit<Pending, "instructions"> & {
    instructions: (Omit<PlainInstruction, "data"> & { data: string })[];
  };
  const base58 = getBase58Encoder();
  return {
    ...rest,
    instructions: instructions.map((one) => ({ ...one, data: new Uint8Array(base58.encode(one.data)) })),
  };
}

function keyPairOf(book: AddressBook, address: Address): KeyPairSigner["keyPair"] {
  const signer = address === book.payer.address ? book.payer : book.signerFor(address);
  if (signer === null) {
    throw toolFailed(`${book.nameOf(address) ?? address} must sign this transaction, and you do not have its key`);
  }
  return signer.keyPair;
}

/** The accounts of a compiled message: its own, then those that it names through lookup tables: writable ones first, as on chain. */
export function accountsOf(
  message: CompiledTransactionMessage,
  tables: Readonly<Record<Address, Address[]>>,
): SignedTransaction["accounts"] {
  const { numSignerAccounts, numReadonlySignerAccounts, numReadonlyNonSignerAccounts } = message.header;
  const own = message.staticAccounts.map((address, index) => {
    const signer = index < numSignerAccounts;
    const writable = signer
      ? index < numSignerAccounts - numReadonlySignerAccounts
      : index < message.staticAccounts.length - numReadonlyNonSignerAccounts;
    return { address, signer, writable };
  });
  const lookups = "addressTableLookups" in message ? (message.addressTableLookups ?? []) : [];
  const named = (writable: boolean) =>
    lookups.flatMap(({ lookupTableAddress, writableIndexes, readonlyIndexes }) =>
      (writable ? writableIndexes : readonlyIndexes).map((index) => {
        const address = tables[lookupTableAddress]?.[index];
        if (address === undefined) throw toolFailed(`the lookup table ${lookupTableAddress} has no address ${index}`);
        return { address, signer: false, writable };
      }),
    );
  return [...own, ...named(true), ...named(false)];
}
