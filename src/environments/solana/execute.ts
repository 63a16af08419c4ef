// Simulates and sends the pending transaction: simulate first, send only what simulates, record both.

import type { AccountRole, Address } from "@solana/kit";
import { RunledgerError } from "../../core/errors.ts";
import type { InstructionRecord, TransactionRecord } from "../observation.ts";
import type { AddressBook } from "./address-book.ts";
import { computeUnitLimit } from "./compute-budget.ts";
import { emptyPending, type SignedTransaction, signPending } from "./pending-transaction.ts";
import type { SolanaState } from "./state.ts";
import type { VmResult } from "./vm.ts";
import { describeInstruction } from "./words/describe-instruction.ts";

/** What simulation says of the pending transaction. */
export type Simulation = { error: string | null; computeUnits: number; computeUnitLimit: number; logs: string[] };

/** Simulates the pending transaction and leaves it and the world as they are. */
export async function simulatePending({ vm, book, pending }: SolanaState): Promise<Simulation> {
  const signed = await signPending(pending, { vm, book });
  const { error, computeUnits, logs } = vm.simulate(signed.wire);
  return { error, computeUnits, computeUnitLimit: computeUnitLimit(signed.instructions), logs };
}

/**
 * Simulates the pending transaction, sends it if it simulates, and empties it either way. The record is durable when
 * this resolves. After a transaction that landed the slot is one further and the blockhash is new.
 * @throws `tool.failed` if there is nothing that could be sent; then nothing is recorded.
 */
export async function submitPending(state: SolanaState): Promise<TransactionRecord> {
  const { vm, book, pending } = state;
  state.pending = emptyPending();
  return executeSigned(state, await signPending(pending, { vm, book }));
}

/**
 * Runs a signed transaction: simulated first, and sent if it simulates; without `isSimulatedFirst` it is sent at once,
 * and lands also if it fails, unless the VM refuses it before its first instruction.
 */
export async function executeSigned(
  state: SolanaState,
  signed: SignedTransaction,
  { isSimulatedFirst = true }: { isSimulatedFirst?: boolean } = {},
): Promise<TransactionRecord> {
  const { vm, book } = state;
  const before = signed.accounts.map(({ address }) => vm.lamports(address));
  const slot = vm.slot();
  // Of a blockhash the VM knows the latest only; one of the last slots is as good on chain.
  const checks = { blockhash: isRecent(state, signed.blockhash) };
  const simulated = isSimulatedFirst ? vm.without(checks, () => vm.simulate(signed.wire)) : null;
  const result = simulated?.error != null ? simulated : vm.without(checks, () => vm.send(signed.wire));
  const after = signed.accounts.map(({ address }) => vm.lamports(address));
  const lost = sum(before) - sum(after);
  const isSent = result !== simulated && (result.error === null || lost > 0n);
  if (isSent) nextSlot(state);
  else if (lost !== 0n)
    throw new RunledgerError("environment.failed", "a transaction that was not sent changed the world");
  const record: TransactionRecord = {
    number: state.transactions.length + 1,
    signature: signed.signature,
    status: result.error === null ? "success" : "failure",
    landed: isSent,
    error: result.error,
    slot,
    blockhash: signed.blockhash,
    computeUnits: result.computeUnits,
    computeUnitLimit: computeUnitLimit(signed.instructions),
    feeLamports: lost.toString(),
    instructions: instructionRecords(signed, result, book),
    logs: result.logs,
    balances: signed.accounts.flatMap(({ address }, index) => {
      const [held, holds] = [before[index] ?? 0n, after[index] ?? 0n];
      if (held === holds) return [];
      return [{ name: book.nameOf(address), address, before: held.toString(), after: holds.toString() }];
    }),
  };
  state.transactions.push(record);
  await state.record({ type: "transaction.executed", data: record });
  for (const tell of state.watchers) tell(record);
  return record;
}

/** How many slots a blockhash stays good for. */
export const blockhashSlots = 150;

function nextSlot({ vm, blockhashes }: SolanaState): void {
  blockhashes.push({ hash: vm.blockhash(), slot: vm.slot() });
  vm.nextSlot();
  while ((blockhashes[0]?.slot ?? Number.POSITIVE_INFINITY) < vm.slot() - blockhashSlots) blockhashes.shift();
}

/** Whether the blockhash is of one of the slots before this one; the present one is the VM's to check. */
export function isRecent({ vm, blockhashes }: SolanaState, blockhash: string): boolean {
  return blockhash !== vm.blockhash() && blockhashes.some(({ hash }) => hash === blockhash);
}

/** The transaction's instructions, each followed by those that it called. */
function instructionRecords(signed: SignedTransaction, result: VmResult, book: AddressBook): InstructionRecord[] {
  return signed.instructions.flatMap((instruction, index) => [
    describeInstruction(instruction, 1, book),
    ...(result.inner[index] ?? []).map((call) =>
      describeInstruction(
        {
          programAddress: accountAt(signed, call.programIndex).address,
          accounts: call.accountIndices.map((account) => roleOf(accountAt(signed, account))),
          data: call.data,
        },
        call.depth,
        book,
      ),
    ),
  ]);
}

function accountAt(signed: SignedTransaction, index: number): SignedTransaction["accounts"][number] {
  const account = signed.accounts[index];
  if (account === undefined) throw new RunledgerError("internal.bug", `the transaction has no account ${index}`);
  return account;
}

/** The role as the libraries write it: bit 0 is writable, bit 1 is signer. */
function roleOf({ address, signer, writable }: SignedTransaction["accounts"][number]): {
  address: Address;
  role: AccountRole;
} {
  return { address, role: ((signer ? 2 : 0) + (writable ? 1 : 0)) as AccountRole };
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, one) => total + one, 0n);
}
