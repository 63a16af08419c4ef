// Which ledger a command means: the one that it was told, or the nearest folder `.runledger/` upwards. Only commands
// that write may make one.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import { ledgerFilesOf, ledgerFolder, nearestLedgerFolder, serverOf } from "../ledger/ledger-url.ts";

export type LedgerPlace = {
  /** What `openLedger` takes: the database's path, or a URL that may hold a password. */
  url: string;
  /** The same for people. */
  shown: string;
  /** Of a database server only a connection can tell. */
  exists: boolean;
};

type Wanted = { option: string | null; env: Readonly<Record<string, string | undefined>>; cwd: string };

/**
 * The place of the ledger, whether there is one or not.
 * @throws RunledgerError `ledger.bad-url`, also if a password stands on the command line, where every process can read it
 */
export function findLedger({ option, env, cwd }: Wanted): LedgerPlace {
  if (option !== null && serverOf(option, env)?.hasPassword) {
    const detail = "--ledger holds a password, which every process here can read; use RUNLEDGER_LEDGER";
    throw new RunledgerError("ledger.bad-url", detail);
  }
  const told = option ?? (env.RUNLEDGER_LEDGER || nearestLedgerFolder(cwd)) ?? join(cwd, ledgerFolder);
  const server = serverOf(told, env);
  if (server !== null) return { url: told, shown: server.shown, exists: true };
  const { database } = ledgerFilesOf(told, cwd);
  return { url: database, shown: database, exists: existsSync(database) };
}

/** The refusal of a command that only reads, where there is nothing to read. */
export function ledgerNotFound({ url }: LedgerPlace, { option, env, cwd }: Wanted): RunledgerError {
  const { home } = ledgerFilesOf(url, cwd);
  if (existsSync(join(home, "runs"))) {
    const detail = `${home} holds runs and no ledger; runledger import ${join(home, "runs")} makes it anew`;
    return new RunledgerError("ledger.not-found", detail);
  }
  const isTold = option !== null || Boolean(env.RUNLEDGER_LEDGER);
  return new RunledgerError(
    "ledger.not-found",
    isTold ? `there is no ledger at ${url}` : "no .runledger/ here or above",
  );
}
