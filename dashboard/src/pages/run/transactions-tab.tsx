// Transactions on the Solana VM: what each did, to which accounts, what it logged and cost.

import { useMemo } from "react";
import { currentEvent } from "../../../../src/core/events.ts";
import type { TransactionBody } from "../../../../src/protocol/http-view-routes.ts";
import { valueWords } from "../../../../src/views/call-words.ts";
import { counted, grouped, sol } from "../../../../src/views/number-words.ts";
import { transactionOf } from "../../../../src/views/run-items.ts";
import { CopyButton } from "../../design/copy-button.tsx";
import { EmptyState, ErrorLine, ErrorState, Loading } from "../../design/states.tsx";
import { Time } from "../../design/time.tsx";
import { FlowingList } from "./flowing-list.tsx";
import { useEventPages } from "./use-event-pages.ts";
import "./story.css";

type Account = { name?: string | null; address?: string; signer?: boolean; writable?: boolean };
type Instruction = {
  program?: string;
  programId?: string;
  name?: string | null;
  accounts?: Account[];
  args?: Record<string, unknown>;
  depth?: number;
};
type Balance = { name?: string | null; address?: string; before?: unknown; after?: unknown };

const types = ["transaction.executed"] as const;

export function TransactionsTab() {
  const pages = useEventPages(types);
  const transactions = useMemo(
    () => pages.events.map((body) => transactionOf(currentEvent(body))).filter((one) => one !== null),
    [pages.events],
  );
  if (pages.error !== null && transactions.length === 0) {
    return <ErrorState error={pages.error} onRetry={pages.retry} />;
  }
  if (transactions.length === 0 && !pages.isWhole) return <Loading what="Reading transactions" />;
  if (transactions.length === 0) {
    return (
      <EmptyState title="No transactions">
        <p>Only runs on the Solana VM have some; a run that declined has none either.</p>
      </EmptyState>
    );
  }
  return (
    <div className="tab-body transactions-tab">
      <p className="soft" role="status">
        {counted(transactions.length, "transaction")}
        {pages.isWhole ? "" : " so far; more come as you scroll"}
      </p>
      <FlowingList
        label="Transactions"
        rows={transactions}
        keyOf={({ seq }) => seq}
        height={heightOf}
        render={(transaction, index) => <Transaction transaction={transaction} number={index + 1} />}
        more={pages.more}
        tail={pages.error === null ? null : <ErrorLine error={pages.error} />}
      />
    </div>
  );
}

function heightOf({ instructions }: TransactionBody): number {
  return 170 + 48 * instructions.length;
}

function Transaction({ transaction, number }: { transaction: TransactionBody; number: number }) {
  const { signature, status, landed, computeUnits, feeLamports, slot, error, logs } = transaction;
  const limit = transaction.computeUnitLimit;
  const balances = balancesOf(transaction);
  return (
    <section className="panel transaction" aria-label={`Transaction ${number}`}>
      <header>
        <h2 className="one-line">
          Transaction {number} <span className="id soft">{signature.slice(0, 20)}…</span>
        </h2>
        <CopyButton text={signature} what="the signature" />
        <span className={`mark boxed ${status === "success" ? "quiet" : "bad"}`}>
          {status === "success" ? "Success" : landed ? "Failure" : "Failure (not sent)"}
        </span>
      </header>
      <div className="panel-body stack">
        <p className="soft">
          {grouped(computeUnits)}
          {typeof limit === "number" ? ` of ${grouped(limit)}` : ""} compute units · fee {grouped(Number(feeLamports))}{" "}
          lamports · slot {grouped(slot)} · <Time iso={transaction.at} withMs />
        </p>
        {error === null ? null : <p className="mark bad">{error}</p>}
        <ol className="instructions">
          {(transaction.instructions as Instruction[]).map((instruction, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: instructions have no other name and never change their order
            <InstructionRow key={index} instruction={instruction} />
          ))}
        </ol>
        {balances.length === 0 ? null : <Balances balances={balances} />}
        <details>
          <summary className="soft">{logs.length} log lines</summary>
          <pre className="code-block">{logs.join("\n")}</pre>
        </details>
      </div>
    </section>
  );
}

function InstructionRow({ instruction }: { instruction: Instruction }) {
  const { program, programId, name, accounts = [], args = {}, depth = 1 } = instruction;
  return (
    <li style={{ paddingInlineStart: (depth - 1) * 18 }}>
      <p>
        <strong>{program ?? programId ?? "unknown program"}</strong> {name ?? "unknown instruction"}{" "}
        {Object.entries(args).map(([key, value]) => (
          <span key={key} className="tag">
            {key === "lamports" ? sol(String(value)) : `${key} ${valueWords(value)}`}
          </span>
        ))}
      </p>
      <ul className="accounts soft">
        {accounts.map((account, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an account may stand twice in an instruction
          <li key={index} title={account.address}>
            <span className="mono">{account.name ?? account.address ?? "?"}</span>
            {account.signer ? <span className="tag">signer</span> : null}
            {account.writable ? <span className="tag">writable</span> : null}
          </li>
        ))}
      </ul>
    </li>
  );
}

/** Balances before and after, where the environment recorded them. */
function balancesOf(transaction: TransactionBody): Balance[] {
  const { balances } = transaction as { balances?: unknown };
  return Array.isArray(balances) ? (balances as Balance[]) : [];
}

function Balances({ balances }: { balances: readonly Balance[] }) {
  return (
    <div className="records">
      <table>
        <caption className="visually-hidden">Balances before and after</caption>
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col" className="number">
              Before
            </th>
            <th scope="col" className="number">
              After
            </th>
          </tr>
        </thead>
        <tbody>
          {balances.map(({ name, address, before, after }) => (
            <tr key={address ?? name}>
              <td className="mono" title={address}>
                {name ?? address}
              </td>
              <td className="number">{balanceWords(before)}</td>
              <td className="number">{balanceWords(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function balanceWords(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? sol(String(value)) : valueWords(value);
}
