// The environment `solana`: a real Solana VM in this process, made from the declared accounts and a seed. Keys,
// clock and blockhashes depend on nothing else, so the same seed and calls give the same record, to the byte.

import type { Json } from "../../core/document-value.ts";
import { RunledgerError } from "../../core/errors.ts";
import type { Environment, World, WorldSetup, WorldSnapshot } from "../environment.ts";
import type { AccountState, Observation, Subject, TransactionRecord } from "../observation.ts";
import { makeAccounts } from "./accounts/make-accounts.ts";
import { makeAddressBook } from "./address-book.ts";
import type { AccountEntry, SolanaOptions } from "./format.ts";
import { emptyPending, pendingFromJson, pendingToJson } from "./pending-transaction.ts";
import type { SolanaState } from "./state.ts";
import { getAccount, getBalance } from "./tools/look-at-account.ts";
import { setComputeBudget } from "./tools/set-compute-budget.ts";
import { solTransfer } from "./tools/sol-transfer.ts";
import { simulate, submit } from "./tools/submit.ts";
import { Vm, vmVersion } from "./vm.ts";

const toolMakers = [solTransfer, setComputeBudget, getBalance, getAccount, simulate, submit];

export const solanaEnvironment: Environment = {
  async open(setup) {
    const state = await makeState(setup, Vm.create(setup.options as SolanaOptions));
    makeAccounts(state.vm, state.book, setup.initialState as readonly AccountEntry[]);
    return worldOf(state, setup.initialState.length);
  },
  async restore(setup, snapshot) {
    const state = await makeState(setup, Vm.fromBytes(snapshot.bytes));
    const { pending, transactions } = snapshot.state as { pending: Json; transactions: unknown };
    state.pending = pendingFromJson(pending);
    state.transactions = transactions as TransactionRecord[];
    return worldOf(state, setup.initialState.length);
  },
};

async function makeState({ initialState, seed, record }: WorldSetup, vm: Vm): Promise<SolanaState> {
  const book = await makeAddressBook(initialState as readonly AccountEntry[], seed);
  return { vm, book, pending: emptyPending(), transactions: [], record };
}

function worldOf(state: SolanaState, accounts: number): World {
  return {
    summary: `solana: ${accounts} account${accounts === 1 ? "" : "s"}, ${vmVersion}`,
    names: state.book.names,
    tools: toolMakers.map((make) => make(state)),
    observe: async (subjects) => observe(state, subjects),
    snapshot: async () => snapshotOf(state),
    // The VM is memory of this process and goes with it; there is no other resource to give back.
    [Symbol.asyncDispose]: async () => {},
  };
}

function observe(state: SolanaState, subjects: readonly Subject[]): Observation {
  const accounts = Object.fromEntries(subjects.map(({ pubkey }) => [pubkey, accountState(state, pubkey)]));
  return { accounts, transactions: structuredClone(state.transactions) };
}

function accountState({ vm, book }: SolanaState, pubkey: string): AccountState {
  const address = book.find(pubkey);
  if (address === null) throw new RunledgerError("environment.failed", `${pubkey} is no account of this world`);
  const account = vm.account(address);
  return {
    address,
    exists: account !== null,
    lamports: (account?.lamports ?? 0n).toString(),
    owner: account?.owner ?? null,
    dataBytes: account?.data.length ?? 0,
  };
}

function snapshotOf({ vm, pending, transactions }: SolanaState): WorldSnapshot {
  const state = { pending: pendingToJson(pending), transactions: structuredClone(transactions) as unknown as Json };
  return { state, bytes: vm.toBytes() };
}
