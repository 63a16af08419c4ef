// Reads the ledger from whichever database it lies in.

import type { Rows } from "./rows.ts";
import { readPostgresRows } from "./rows-of-postgres.ts";
import { readSqliteRows } from "./rows-of-sqlite.ts";

/** Where an episode's ledger lies: in a file of its folder, or on a server. */
export type LedgerPlace = { home: string; url: string | null };

/** Every row that the check needs; no rows if there is no ledger. */
export async function readRows({ home, url }: LedgerPlace): Promise<Rows> {
  const own = readSqliteRows(home);
  if (url === null) return own;
  const rows = await readPostgresRows(url);
  return { ...rows, lockFaults: [...rows.lockFaults, ...own.lockFaults] };
}
