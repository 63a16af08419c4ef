// The environment `solana`: a real Solana VM in this process, made from the declared accounts and a seed. Keys,
// clock and blockhashes depend on nothing else, so the same seed and calls give the same record, to the byte.

import type { Address } from "@solana/kit";
import type { Json } from "../../core/document-value.ts";
import { RunledgerError } from "../../core/errors.ts";
import type { Environment, World, WorldSetup, WorldSnapshot } from "../environment.ts";
import {
  type AccountState,
  type AccountSubject,
  type Observation,
  type Subject,
  subjectKey,
  type TransactionRecord,
} from "../observation.ts";
import type { AccountEntry } from "./account-entry.ts";
import { addFromFiles } from "./accounts/from-files.ts";
import { makeAccounts } from "./accounts/make-accounts.ts";
import { associatedAddress, makeAddressBook } from "./address-book.ts";
import type { WorldOptions } from "./embed-files.ts";
import { emptyPending, pendingFromJson, pendingToJson } from "./pending-transaction.ts";
import { programNames, tokenProgram } from "./programs.ts";
import { fieldsOf } from "./read-account.ts";
import type { SolanaState } from "./state.ts";
import { solanaTools } from "./tools/solana-tools.ts";
import { Vm, vmVersion } from "./vm.ts";

export const solanaEnvironment: Environment = {
  async open(setup) {
    const options = setup.options as WorldOptions;
    const vm = Vm.create(options);
    addFromFiles(vm, options);
    const state = await makeState(setup, vm);
    makeAccounts(state.vm, state.book, setup.initialState as readonly AccountEntry[]);
    return worldOf(state, setup);
  },
  async restore(setup, snapshot) {
    const state = await makeState(setup, Vm.fromBytes(snapshot.bytes));
    const {
      pending,
      transactions,
      freshKeys,
      blockhashes = [],
    } = snapshot.state as {
      pending: Json;
      transactions: unknown;
      freshKeys: number;
      /** Not there in snapshots of before there was an RPC. */
      blockhashes?: SolanaState["blockhashes"];
    };
    while (state.book.freshKeys < freshKeys) await state.book.makeKey();
    state.pending = pendingFromJson(pending);
    state.transactions = transactions as TransactionRecord[];
    state.blockhashes = [...blockhashes];
    return worldOf(state, setup);
  },
};

async function makeState({ initialState, seed, record }: WorldSetup, vm: Vm): Promise<SolanaState> {
  const ownerOf = (address: Address) => vm.account(address)?.owner ?? null;
  const book = await makeAddressBook(initialState as readonly AccountEntry[], seed, ownerOf);
  return { vm, book, pending: emptyPending(), transactions: [], blockhashes: [], watchers: new Set(), record };
}

function worldOf(state: SolanaState, { initialState, seed }: WorldSetup): World {
  const accounts = initialState.length;
  return {
    summary: `solana: ${accounts} account${accounts === 1 ? "" : "s"}, ${vmVersion}`,
    names: state.book.names,
    tools: solanaTools(state),
    door: async () => (await import("./rpc/door.ts")).rpcDoor(state, seed),
    look: async () => ({ accounts: declaredAccounts(state) }),
    observe: (subjects) => observe(state, subjects),
    snapshot: async () => snapshotOf(state),
    // The VM is memory of this process and goes with it; there is no other resource to give back.
    [Symbol.asyncDispose]: async () => {},
  };
}

async function observe(state: SolanaState, subjects: readonly Subject[]): Promise<Observation> {
  const accounts: Observation["accounts"] = {};
  for (const subject of subjects) {
    if (subject.kind !== "account" && subject.kind !== "associated_token_account") continue; // of another environment
    accounts[subjectKey(subject)] = accountState(state, await addressOf(state, subject));
  }
  return { accounts, transactions: structuredClone(state.transactions) };
}

async function addressOf({ vm, book }: SolanaState, subject: AccountSubject): Promise<Address> {
  const find = (name: string) => {
    const address = book.find(name);
    if (address === null) throw new RunledgerError("environment.failed", `${name} is no account of this world`);
    return address;
  };
  if (subject.kind === "account") return find(subject.pubkey);
  const [owner, mint] = [find(subject.owner), find(subject.mint)];
  const named =
    subject.tokenProgram === undefined
      ? vm.account(mint)?.owner
      : find(programNames[subject.tokenProgram] ?? subject.tokenProgram);
  return associatedAddress({ owner, mint, program: named ?? tokenProgram });
}

function accountState({ vm }: SolanaState, address: Address): AccountState {
  const account = vm.account(address);
  return {
    address,
    exists: account !== null,
    lamports: (account?.lamports ?? 0n).toString(),
    owner: account?.owner ?? null,
    dataBytes: account?.data.length ?? 0,
    fields: account === null ? {} : fieldsOf(account),
  };
}

/** The declared accounts by name, each with what its data says: what `steps.NAME.accounts.…` leads into. */
function declaredAccounts(state: SolanaState): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(state.book.names).map(([name, address]) => {
      const { exists, lamports, fields } = accountState(state, address as Address);
      return [name, { address, exists, lamports, ...fields }];
    }),
  );
}

function snapshotOf({ vm, book, pending, transactions, blockhashes }: SolanaState): WorldSnapshot {
  const state = {
    pending: pendingToJson(pending),
    transactions: structuredClone(transactions) as unknown as Json,
    freshKeys: book.freshKeys,
    blockhashes: [...blockhashes],
  };
  return { state, bytes: vm.toBytes() };
}
