// Opens a ledger by its URL, whichever database is behind it, and finds the one that belongs to a folder.

import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { refuseBadDisk } from "./disk-kind.ts";
import type { Ledger } from "./ledger.ts";
import { ledgerFilesOf, ledgerFolder } from "./ledger-url.ts";
import { openSqliteLedger } from "./sqlite/sqlite-ledger.ts";

export type OpenLedgerOptions = {
  /** A folder, a `.sqlite` file or a `sqlite:` URL. */
  url: string;
  /** For commands that only read: they never make a ledger. */
  mustExist: boolean;
  /** Keep 64 MiB in reserve for a full disk: for processes that supervise runs. */
  ballast?: boolean;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
};

/**
 * Opens the ledger; whoever opens it closes it.
 * @throws RunledgerError `ledger.bad-url`, `ledger.not-found`, `ledger.bad-disk`, `ledger.old-sqlite`,
 * `ledger.foreign-file`, `ledger.damaged`, `ledger.newer-schema`; the file is left as it was then.
 */
export async function openLedger(options: OpenLedgerOptions): Promise<Ledger> {
  const { url, mustExist, ballast = false, cwd = process.cwd(), env = process.env } = options;
  const files = ledgerFilesOf(url, cwd);
  refuseBadDisk(files.home, env);
  return openSqliteLedger({ files, mustExist, ballast });
}

/** The URL of the ledger to use in a folder: `RUNLEDGER_LEDGER`, else the nearest `.runledger/` upwards, else null. */
export function findLedger(cwd: string, env: NodeJS.ProcessEnv = process.env): string | null {
  if (env.RUNLEDGER_LEDGER) return env.RUNLEDGER_LEDGER;
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const candidate = join(folder, ledgerFolder);
    if (existsSync(candidate) && statSync(candidate).isDirectory()) return candidate;
    if (dirname(folder) === folder) return null;
  }
}
