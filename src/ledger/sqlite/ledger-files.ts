// Where the parts of an SQLite ledger lie: all in one folder, beside the database.

import { join } from "node:path";

export type LedgerFiles = {
  home: string;
  database: string;
  /** Written after each commit; every process that waits for changes watches it. */
  bell: string;
  /** Room on the disk that is given up when there is none left. */
  ballast: string;
  locks: string;
  blobs: string;
};

export function ledgerFiles(home: string, database = join(home, "ledger.sqlite")): LedgerFiles {
  return {
    home,
    database,
    bell: join(home, "bell"),
    ballast: join(home, "ballast"),
    locks: join(home, "locks"),
    blobs: join(home, "blobs"),
  };
}
