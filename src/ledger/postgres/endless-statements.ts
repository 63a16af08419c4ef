// Takes away the times that the role, the database or the server gives a statement: those of a ledger are short by their
// plan, or as long as the ledger is large. Whether the server still answers is the client's to judge.

/** SQL for the session, or for the transaction that it stands in; PostgreSQL 15 and 16 know no time of a transaction. */
export function endlessStatements(scope: "SESSION" | "LOCAL"): string {
  return `SET ${scope} statement_timeout = 0; SET ${scope} lock_timeout = 0;
    SELECT set_config('transaction_timeout', '0', ${scope === "LOCAL"})
      WHERE current_setting('transaction_timeout', true) IS NOT NULL`;
}
