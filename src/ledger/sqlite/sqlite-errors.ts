// What SQLite's result codes mean to us. The one place that knows their numbers.

import { RunledgerError } from "../../core/errors.ts";

const busyCode = 5;
const corruptCode = 11;
const ioErrorCode = 10;
const fullCode = 13;
const notADatabaseCode = 26;

/** The primary result code of an error that SQLite raised, or null if it is another's. */
function codeOf(error: unknown): number | null {
  return error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : null;
}

/** Somebody else holds a lock: to be tried again. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === busyCode;
}

/** The file is no sound database. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return code === corruptCode || code === notADatabaseCode;
}

/** Memory, read-only, interrupt, cannot open, protocol, besides those above. */
const storageCodes = [busyCode, 7, 8, 9, ioErrorCode, corruptCode, fullCode, 14, 15, notADatabaseCode];

/** A fault of the database or its disk, and not of one statement: after it the whole transaction is void. */
export function isStorageFault(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && storageCodes.includes(code);
}

/** The disk has no room. An I/O error counts as one if `isDiskFull` says that no room is left. */
export function isNoRoom(error: unknown, isDiskFull: () => boolean): boolean {
  const code = codeOf(error);
  return code === fullCode || (code === ioErrorCode && isDiskFull());
}

/** The catalogue's error for anything that SQLite raised; other errors are given back as they are. */
export function ledgerError(error: unknown, path: string, isDiskFull: () => boolean): unknown {
  const code = codeOf(error);
  if (code === null || error instanceof RunledgerError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (isNoRoom(error, isDiskFull))
    return new RunledgerError("ledger.disk-full", `${path}: ${message}`, { cause: error });
  if (isDamage(error)) return new RunledgerError("ledger.damaged", `${path}: ${message}`, { cause: error });
  if (code === busyCode) return new RunledgerError("ledger.busy", `${path}: ${message}`, { cause: error });
  return new RunledgerError("ledger.failed", `${path}: ${message} (SQLite code ${code})`, { cause: error });
}
