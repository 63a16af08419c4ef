// The Solana VM in this process. Only this file knows `litesvm`; it uses the native binding below the package's own
// wrapper, which would load all of @solana/kit a second time, as CommonJS (100 ms), just to convert addresses.

import { createRequire } from "node:module";
import { type Address, type Blockhash, getAddressDecoder, getAddressEncoder } from "@solana/kit";
import litesvm from "litesvm/dist/internal.js";
import type { SolanaOptions } from "./options.ts";

export const vmVersion = `litesvm ${(createRequire(import.meta.url)("litesvm/package.json") as { version: string }).version}`;

export type VmAccount = { lamports: bigint; owner: Address; data: Uint8Array; executable?: boolean };

/** An instruction that a program called; indices are into the transaction's account list. */
export type InnerInstruction = { programIndex: number; accountIndices: number[]; data: Uint8Array; depth: number };

export type VmResult = {
  /** The VM's word for the error, like `InstructionError(0, Custom(1))`; null for success. */
  error: string | null;
  logs: string[];
  computeUnits: number;
  /** Per instruction of the transaction, in order of execution. */
  inner: InnerInstruction[][];
};

/** What a transaction would do; `accounts` are those that it names, as it would leave them. */
export type VmSimulation = VmResult & { accounts(): { address: Address; account: VmAccount }[] };

const encodeAddress = getAddressEncoder();
const decodeAddress = getAddressDecoder();
const bytesOf = (address: Address) => encodeAddress.encode(address) as Uint8Array;

export class Vm {
  readonly #svm: litesvm.LiteSvm;

  private constructor(svm: litesvm.LiteSvm) {
    this.#svm = svm;
  }

  /** A fresh VM with the programs that litesvm ships, its clock set, and nothing that depends on time or chance. */
  static create(options: Pick<SolanaOptions, "clock" | "native_mints">): Vm {
    const svm = new litesvm.LiteSvm();
    if (options.native_mints) svm.withNativeMints();
    const clock = svm.getClock();
    clock.slot = BigInt(options.clock.slot);
    clock.unixTimestamp = BigInt(options.clock.unix_timestamp);
    svm.setClock(clock);
    return new Vm(svm);
  }

  /** The VM that `toBytes` was taken of. */
  static fromBytes(bytes: Uint8Array): Vm {
    return new Vm(litesvm.LiteSvm.fromBytes(bytes));
  }

  toBytes(): Uint8Array {
    return this.#svm.toBytes();
  }

  account(address: Address): VmAccount | null {
    const found = this.#svm.getAccount(bytesOf(address));
    return found === null || found.lamports() === 0n ? null : plainAccount(found);
  }

  lamports(address: Address): bigint {
    return this.#svm.getBalance(bytesOf(address)) ?? 0n;
  }

  setAccount(address: Address, { lamports, owner, data, executable = false }: VmAccount): void {
    const account = new litesvm.Account(lamports, data, bytesOf(owner), executable, 0n);
    this.#svm.setAccount(bytesOf(address), account);
  }

  /** Lamports below which an account with so much data cannot live. */
  rentExemptMinimum(dataBytes: number): bigint {
    return this.#svm.minimumBalanceForRentExemption(BigInt(dataBytes));
  }

  /** All accounts of a program, in order of their addresses. */
  accountsOf(program: Address): { address: Address; account: VmAccount }[] {
    return this.#svm
      .getProgramAccounts(bytesOf(program))
      .map((found) => ({ address: decodeAddress.decode(found.address), account: plainAccount(found.account()) }))
      .filter(({ account }) => account.lamports > 0n)
      .sort((a, b) => (a.address < b.address ? -1 : 1));
  }

  /** Adds a program from the bytes of its ELF file. */
  addProgram(id: Address, elf: Uint8Array): void {
    this.#svm.addProgram(bytesOf(id), elf);
  }

  blockhash(): Blockhash {
    return this.#svm.latestBlockhash() as Blockhash;
  }

  slot(): number {
    return Number(this.#svm.getClock().slot);
  }

  /** One slot on, with a new blockhash; the next hash derives from the one before, so the sequence is always the same. */
  nextSlot(): void {
    this.#svm.warpToSlot(this.#svm.getClock().slot + 1n);
    this.#svm.expireBlockhash();
  }

  /** What the transaction would do; changes nothing. */
  simulate(wire: Uint8Array): VmSimulation {
    const outcome = this.#svm.simulateVersionedTransaction(wire);
    if (!(outcome instanceof litesvm.SimulatedTransactionInfo)) return { ...failureOf(outcome), accounts: () => [] };
    return {
      ...resultOf(outcome.meta(), null),
      accounts: () =>
        outcome
          .postAccounts()
          .map((found) => ({ address: decodeAddress.decode(found.address), account: plainAccount(found.account()) })),
    };
  }

  /** Does the work as if checks that the VM makes of every transaction were not there. */
  without<T>(checks: { signatures?: boolean; blockhash?: boolean }, work: () => T): T {
    if (checks.signatures) this.#svm.setSigverify(false);
    if (checks.blockhash) this.#svm.setBlockhashCheck(false);
    try {
      return work();
    } finally {
      if (checks.signatures) this.#svm.setSigverify(true);
      if (checks.blockhash) this.#svm.setBlockhashCheck(true);
    }
  }

  /** Executes the transaction. */
  send(wire: Uint8Array): VmResult {
    const outcome = this.#svm.sendVersionedTransaction(wire);
    return outcome instanceof litesvm.FailedTransactionMetadata ? failureOf(outcome) : resultOf(outcome, null);
  }
}

function plainAccount(account: litesvm.Account): VmAccount {
  return { lamports: account.lamports(), owner: decodeAddress.decode(account.owner()), data: account.data() };
}

function failureOf(failed: litesvm.FailedTransactionMetadata): VmResult {
  // The structured error has numbers for names; the VM's own text has the names, before the metadata.
  const printed = failed.toString();
  const error = /\{ err: (.*?), meta: TransactionMetadata \{/s.exec(printed)?.[1] ?? printed;
  return resultOf(failed.meta(), error);
}

function resultOf(meta: litesvm.TransactionMetadata, error: string | null): VmResult {
  const inner = meta.innerInstructions().map((calls) =>
    calls.map((call) => ({
      programIndex: call.instruction().programIdIndex(),
      accountIndices: [...call.instruction().accounts()],
      data: call.instruction().data(),
      depth: call.stackHeight(),
    })),
  );
  return { error, logs: meta.logs(), computeUnits: Number(meta.computeUnitsConsumed()), inner };
}
