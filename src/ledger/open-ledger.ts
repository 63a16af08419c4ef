// Opens a ledger by its URL, whichever database is behind it.

import { refuseBadDisk } from "./disk-kind.ts";
import type { Ledger } from "./ledger.ts";
import { homeOfServer, ledgerFilesOf, serverOf } from "./ledger-url.ts";
import { openSqliteLedger } from "./sqlite/open-sqlite-ledger.ts";

export type OpenLedgerOptions = {
  /** A folder, a `.sqlite` file, a `sqlite:` or a `postgres:` URL. */
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
 * @throws RunledgerError `ledger.bad-url`, `ledger.not-found`, `ledger.unwritable`, `ledger.bad-disk`,
 * `ledger.old-sqlite`, `ledger.foreign-file`, `ledger.damaged`, `ledger.newer-schema`, `ledger.unreachable`,
 * `ledger.not-migrated`; what is there is left as it was then.
 */
export async function openLedger(options: OpenLedgerOptions): Promise<Ledger> {
  const { url, mustExist, ballast = false, cwd = process.cwd(), env = process.env } = options;
  if (serverOf(url, env) !== null) {
    const { openPostgresLedger } = await import("./postgres/open-postgres-ledger.ts");
    return openPostgresLedger({ url, home: homeOfServer(cwd, env), mustExist, env });
  }
  const files = ledgerFilesOf(url, cwd);
  refuseBadDisk(files.home, env);
  return openSqliteLedger({ files, mustExist, ballast });
}
