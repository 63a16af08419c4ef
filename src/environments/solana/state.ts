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
  record: (event: WorldEvent) => Promise<void>;
};
