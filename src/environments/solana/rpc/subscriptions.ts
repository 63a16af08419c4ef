// What one connection is to be told of: a signature once it has landed, an account when a transaction has touched it,
// each new slot.

import type { Address } from "@solana/kit";
import type { Json } from "../../../core/document-value.ts";
import type { TransactionRecord } from "../../observation.ts";
import type { SolanaState } from "../state.ts";
import type { Vm, VmAccount } from "../vm.ts";
import { type AccountConfig, accountJson, isTooLongForBase58 } from "./account-data.ts";
import { inContext } from "./method.ts";
import { errorOf } from "./transaction-methods.ts";

export type Notify = (method: string, subscription: number, result: Json) => void;

type Watch =
  | { kind: "signature"; signature: string }
  | { kind: "account"; address: Address; config: AccountConfig }
  | { kind: "slot" };

/** Subscriptions that one connection may hold. */
const subscriptionsMax = 1_000;

/** The subscriptions of one connection. */
export class Subscriptions implements Disposable {
  readonly #state: SolanaState;
  readonly #notify: Notify;
  readonly #watches = new Map<number, Watch>();
  readonly #onTransaction = (record: TransactionRecord): void => this.#tell(record);
  #last = 0;

  constructor(state: SolanaState, notify: Notify) {
    this.#state = state;
    this.#notify = notify;
    state.watchers.add(this.#onTransaction);
  }

  /**
   * Begins a subscription that its method has found right. What has landed already is told right after the answer.
   * @returns its id; null if the connection holds too many.
   */
  begin(method: string, params: readonly Json[]): number | null {
    if (this.#watches.size >= subscriptionsMax) return null;
    this.#last += 1;
    const id = this.#last;
    const watch = watchOf(method, params);
    this.#watches.set(id, watch);
    const landed =
      watch.kind === "signature"
        ? this.#state.transactions.find((one) => one.landed && one.signature === watch.signature)
        : undefined;
    if (landed !== undefined) setImmediate(() => this.#tellSignature(id, landed));
    return id;
  }

  /** False if there is no such subscription. */
  end(id: number): boolean {
    return this.#watches.delete(id);
  }

  [Symbol.dispose](): void {
    this.#state.watchers.delete(this.#onTransaction);
    this.#watches.clear();
  }

  #tell(record: TransactionRecord): void {
    if (!record.landed) return;
    for (const [id, watch] of this.#watches) {
      if (watch.kind === "signature" && watch.signature === record.signature) this.#tellSignature(id, record);
      if (watch.kind === "account" && isTouched(record, watch.address)) this.#tellAccount(id, watch);
      if (watch.kind === "slot") this.#tellSlot(id);
    }
  }

  /** Such a subscription is over once it has been told. */
  #tellSignature(id: number, record: TransactionRecord): void {
    if (!this.#watches.delete(id)) return;
    const value = { context: { slot: record.slot }, value: { err: errorOf(record) } };
    this.#notify("signatureNotification", id, value);
  }

  #tellAccount(id: number, { address, config }: Extract<Watch, { kind: "account" }>): void {
    const { vm } = this.#state;
    this.#notify("accountNotification", id, inContext(this.#state, toldAccount(vm, vm.account(address), config)));
  }

  #tellSlot(id: number): void {
    const slot = this.#state.vm.slot();
    this.#notify("slotNotification", id, { slot, parent: slot - 1, root: slot });
  }
}

function watchOf(method: string, params: readonly Json[]): Watch {
  const [what, config] = params;
  if (method === "slotSubscribe") return { kind: "slot" };
  if (method === "signatureSubscribe") return { kind: "signature", signature: String(what) };
  return { kind: "account", address: String(what) as Address, config: (config ?? {}) as AccountConfig };
}

function isTouched({ balances, instructions }: TransactionRecord, touched: string): boolean {
  return (
    balances.some(({ address }) => address === touched) ||
    instructions.some(({ accounts }) => accounts.some(({ writable, address }) => writable && address === touched))
  );
}

/**
 * Who asks for such an account is refused; who is told of it gets these words in the place of its data, as from a node.
 * The transaction that touched it has landed, and must not fail for that.
 */
function toldAccount(vm: Vm, account: VmAccount | null, config: AccountConfig): Json {
  if (account === null || !isTooLongForBase58(account, config)) return accountJson(vm, account, config);
  const { data: _, ...rest } = accountJson(vm, account, { ...config, encoding: "base64" }) as { data: Json };
  return { ...rest, data: "error: data too large for bs58 encoding" };
}
