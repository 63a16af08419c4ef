// A ledger whose calls are timed: where the supervisor's time goes is seen from outside, without a mark in its code.

import type { Ledger } from "../src/ledger/ledger.ts";

/** One call of the ledger: when it was made and when it was answered, on the clock of `performance`. */
export type LedgerCall = { name: string; beginMs: number; endMs: number };

/** The ledger, and the list into which its calls go. */
export function watchLedger(ledger: Ledger, calls: LedgerCall[]): Ledger {
  return new Proxy(ledger, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...values: unknown[]) => {
        const beginMs = performance.now();
        const answer: unknown = value.apply(target, values);
        if (answer instanceof Promise) {
          const done = () => void calls.push({ name: String(name), beginMs, endMs: performance.now() });
          answer.then(done, done);
        }
        return answer;
      };
    },
  });
}
