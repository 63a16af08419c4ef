// A transaction that a program has built and signed itself, read out of its wire format: what `submit` knows of the
// agent's own transactions has to be found in these bytes.

import {
  type Address,
  type CompiledTransactionMessage,
  getBase58Decoder,
  getBase58Encoder,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
} from "@solana/kit";
import { RunledgerError } from "../../../core/errors.ts";
import { computeBudgetProgram, computeUnitLimit } from "../compute-budget.ts";
import { accountsOf, type SignedTransaction, tablesOf, wireBytesMax } from "../pending-transaction.ts";
import type { PlainInstruction } from "../plain-instruction.ts";
import type { Vm } from "../vm.ts";
import { invalidParams } from "./rpc-error.ts";

/** Bytes as the RPC gets them: base64 or base58 text. @throws Invalid params. */
export function bytesOf(text: string, encoding: "base58" | "base64"): Uint8Array {
  try {
    return new Uint8Array((encoding === "base58" ? getBase58Encoder() : getBase64Encoder()).encode(text));
  } catch {
    throw invalidParams(`the transaction is no ${encoding}`);
  }
}

/** The transaction in the bytes; its signatures are for the VM to verify. @throws Invalid params for bytes that are none. */
export function readSent(wire: Uint8Array, vm: Vm): SignedTransaction {
  if (wire.length > wireBytesMax) {
    throw invalidParams(`decoded transaction too large: ${wire.length} bytes (max: ${wireBytesMax} bytes)`);
  }
  const transaction = decoded(() => getTransactionDecoder().decode(wire));
  const message = decoded(() =>
    getCompiledTransactionMessageDecoder().decode(transaction.messageBytes as unknown as Uint8Array),
  );
  const [first] = Object.values(transaction.signatures);
  const signature = first == null ? getBase58Decoder().decode(new Uint8Array(64)) : getBase58Decoder().decode(first);
  return { signature, wire, ...contentOf(message, vm) };
}

/** What a message asks for, as `getFeeForMessage` gets it. @throws Invalid params. */
export function readMessage(bytes: Uint8Array, vm: Vm): Omit<SignedTransaction, "signature" | "wire"> {
  return contentOf(
    decoded(() => getCompiledTransactionMessageDecoder().decode(bytes)),
    vm,
  );
}

/** What the transaction costs: by its signatures, and by the price that it offers for its compute units. */
export function feeOf({ accounts, instructions }: Pick<SignedTransaction, "accounts" | "instructions">): bigint {
  const signatures = accounts.filter(({ signer }) => signer).length;
  const offer = instructions.find(
    ({ programAddress, data }) => programAddress === computeBudgetProgram && data[0] === 3 && data.length >= 9,
  );
  if (offer === undefined) return BigInt(signatures) * feePerSignature;
  const microLamports = new DataView(offer.data.buffer, offer.data.byteOffset).getBigUint64(1, true);
  const paid = microLamports * BigInt(computeUnitLimit(instructions));
  return BigInt(signatures) * feePerSignature + (paid + 999_999n) / 1_000_000n;
}

const feePerSignature = 5_000n;

function contentOf(message: CompiledTransactionMessage, vm: Vm): Omit<SignedTransaction, "signature" | "wire"> {
  if (message.version === 1) throw invalidParams("transactions of version 1 are not known here");
  const named = "addressTableLookups" in message ? (message.addressTableLookups ?? []) : [];
  const accounts = decoded(() =>
    accountsOf(
      message,
      tablesOf(
        named.map(({ lookupTableAddress }) => lookupTableAddress),
        vm,
      ),
    ),
  );
  const at = (index: number) => {
    const account = accounts[index];
    if (account === undefined) throw invalidParams(`the transaction has no account ${index}`);
    return account;
  };
  const instructions = message.instructions.map(({ programAddressIndex, accountIndices = [], data }) => ({
    programAddress: at(programAddressIndex).address,
    accounts: accountIndices.map((index) => {
      const { address, signer, writable } = at(index);
      return { address: address as Address, role: (signer ? 2 : 0) + (writable ? 1 : 0) };
    }),
    data: new Uint8Array(data ?? []),
  })) as PlainInstruction[];
  const blockhash = "lifetimeToken" in message ? String(message.lifetimeToken) : "";
  return { blockhash, accounts, instructions };
}

function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof RunledgerError && error.data.forProgram !== undefined) throw error;
    throw invalidParams(`failed to deserialize the transaction: ${(error as Error).message.split("\n")[0]}`);
  }
}
