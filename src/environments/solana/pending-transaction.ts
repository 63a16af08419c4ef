// The transaction that the agent is building: tools append instructions, `submit` compiles, signs and empties it.

import {
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  compileTransaction,
  createTransactionMessage,
  getBase58Decoder,
  getBase58Encoder,
  getCompiledTransactionMessageDecoder,
  getSignatureFromTransaction,
  getTransactionEncoder,
  type KeyPairSigner,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransaction,
} from "@solana/kit";
import type { Json } from "../../core/document-value.ts";
import { RunledgerError } from "../../core/errors.ts";
import { toolFailed } from "../../core/tool.ts";
import type { AddressBook } from "./address-book.ts";
import { type ComputeBudget, computeBudgetInstructions } from "./compute-budget.ts";
import type { PlainInstruction } from "./plain-instruction.ts";

export type Pending = { instructions: PlainInstruction[]; budget: ComputeBudget };

export type SignedTransaction = {
  signature: string;
  blockhash: string;
  /** As sent, budget instructions first. */
  instructions: PlainInstruction[];
  /** The transaction's account list; signers first, writable before read-only, as on chain. */
  accounts: { address: Address; signer: boolean; writable: boolean }[];
  wire: Uint8Array;
};

/** A packet on the network holds no more; the VM itself would not mind. */
const wireBytesMax = 1232;

export function emptyPending(): Pending {
  return { instructions: [], budget: {} };
}

/**
 * Compiles and signs the pending transaction; Ed25519 has no randomness, so the same content has the same signature.
 * @throws `tool.failed` if there is nothing to send, it is too large, or it needs a key that the agent has not.
 */
export async function signPending(
  pending: Pending,
  book: AddressBook,
  blockhash: Blockhash,
): Promise<SignedTransaction> {
  if (pending.instructions.length === 0) {
    throw toolFailed("there is nothing to send: no instruction was added since the last submit");
  }
  const instructions = [...computeBudgetInstructions(pending.budget), ...pending.instructions];
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (empty) => setTransactionMessageFeePayer(book.payer.address, empty),
    (payable) => setTransactionMessageLifetimeUsingBlockhash({ blockhash, lastValidBlockHeight: 0n }, payable),
    (living) => appendTransactionMessageInstructions(instructions, living),
  );
  const unsigned = compileTransaction(message);
  const accounts = accountsOf(unsigned.messageBytes as unknown as Uint8Array);
  const keyPairs = accounts.filter(({ signer }) => signer).map(({ address }) => keyPairOf(book, address));
  const signed = await signTransaction(keyPairs, unsigned);
  const wire = new Uint8Array(getTransactionEncoder().encode(signed));
  if (wire.length > wireBytesMax) {
    throw toolFailed(`the transaction is ${wire.length} bytes long; at most ${wireBytesMax} fit: send it in parts`);
  }
  return { signature: getSignatureFromTransaction(signed), blockhash, instructions, accounts, wire };
}

/** The pending transaction as JSON, for a snapshot. */
export function pendingToJson({ instructions, budget }: Pending): Json {
  const base58 = getBase58Decoder();
  return {
    instructions: instructions.map((one) => ({ ...one, data: base58.decode(one.data) })),
    budget: { ...budget },
  };
}

/** Reads what `pendingToJson` wrote. */
export function pendingFromJson(json: Json): Pending {
  const { instructions, budget } = json as unknown as {
    instructions: (Omit<PlainInstruction, "data"> & { data: string })[];
    budget: ComputeBudget;
  };
  const base58 = getBase58Encoder();
  return {
    instructions: instructions.map((one) => ({ ...one, data: new Uint8Array(base58.encode(one.data)) })),
    budget,
  };
}

function keyPairOf(book: AddressBook, address: Address): KeyPairSigner["keyPair"] {
  const signer = address === book.payer.address ? book.payer : book.signerFor(address);
  if (signer === null) {
    throw toolFailed(`${book.nameOf(address) ?? address} must sign this transaction, and you do not have its key`);
  }
  return signer.keyPair;
}

function accountsOf(messageBytes: Uint8Array): SignedTransaction["accounts"] {
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 0) throw new RunledgerError("internal.bug", `compiled to version ${message.version}, not 0`);
  const { numSignerAccounts, numReadonlySignerAccounts, numReadonlyNonSignerAccounts } = message.header;
  return message.staticAccounts.map((address, index) => {
    const signer = index < numSignerAccounts;
    const writable = signer
      ? index < numSignerAccounts - numReadonlySignerAccounts
      : index < message.staticAccounts.length - numReadonlyNonSignerAccounts;
    return { address, signer, writable };
  });
}
