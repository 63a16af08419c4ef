// All transactions of a run as text, each as its report shows it.

import { isKnown, type LedgerEvent } from "../core/events.ts";
import type { Transaction } from "./run-story.ts";
import { cleanForTerminal, plainTones } from "./tone.ts";
import { transactionReport } from "./transaction-report.ts";

/** Transactions that the text shows, the first ones. */
const transactionsMax = 500;

export type TransactionLog = { take(event: LedgerEvent): void; text(): string };

/** A log that has seen no event yet; it holds the transactions of the present try. */
export function collectTransactionLog(): TransactionLog {
  let transactions: Transaction[] = [];
  let count = 0;
  return {
    take(event) {
      if (!isKnown(event)) return;
      if (event.type === "attempt.claimed") [transactions, count] = [[], 0];
      if (event.type !== "transaction.executed") return;
      count += 1;
      if (count <= transactionsMax) transactions.push(event.data);
    },
    text() {
      const blocks = transactions.map((one, index) =>
        transactionReport(one, { number: index + 1, count, isWhole: true }).join("\n"),
      );
      const more = count > transactions.length ? [`  … and ${count - transactions.length} more`] : [];
      return plainTones(cleanForTerminal([...blocks, ...more].map((block) => `${block}\n`).join("\n")));
    },
  };
}
