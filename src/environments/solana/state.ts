// What the tools of one world share.

import type { WorldEvent } from "../environment.ts";
import type { TransactionRecord } from "../observation.ts";
import type { AddressBook } from "./address-book.ts";
import type { Pending } from "./pending-transaction.ts";
import type { Vm } from "./vm.ts";

export type SolanaState = {
  vm: Vm;
  book: AddressBook;
  /** What the agent has built since its last submit. */
  pending: Pending;
  /** Everything submitted so far, sent or not. */
  transactions: TransactionRecord[];
  /** The blockhashes before the present one that are still good, oldest first, each with its slot. */
  blockhashes: { hash: string; slot: number }[];
  /** Who wants to be told of each transaction, once it is recorded. */
  watchers: Set<(record: TransactionRecord) => void>;
  record: (event: WorldEvent) => Promise<void>;
};
