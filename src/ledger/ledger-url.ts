// Reads where a ledger lies: a folder, a .sqlite file, or a sqlite: URL.

import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { RunledgerError } from "../core/errors.ts";
import { type LedgerFiles, ledgerFiles } from "./sqlite/ledger-files.ts";

/** The folder that a ledger makes for itself. */
export const ledgerFolder = ".runledger";

/**
 * The files of the ledger that this text names. A folder is the ledger's own, or one with a `.runledger/` in it. A file
 * that is not called `ledger.sqlite` has its locks, blobs and attempt folders in `<file>.files/`.
 * @throws RunledgerError `ledger.bad-url`
 */
export function ledgerFilesOf(url: string, cwd: string): LedgerFiles {
  const path = resolve(cwd, pathOf(url));
  if (/\.(sqlite|db)$/.test(path)) {
    if (isFolder(path)) throw new RunledgerError("ledger.bad-url", `${path} is a folder`, { data: { url: path } });
    return ledgerFiles(basename(path) === "ledger.sqlite" ? dirname(path) : `${path}.files`, path);
  }
  if (existsSync(path) && !isFolder(path)) {
    throw new RunledgerError("ledger.bad-url", `${path} is neither a folder nor a .sqlite or .db file`, {
      data: { url: path },
    });
  }
  const nested = join(path, ledgerFolder);
  return ledgerFiles(isFolder(nested) && !existsSync(join(path, "ledger.sqlite")) ? nested : path);
}

function pathOf(url: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/.exec(url)?.[1];
  if (url === "") throw new RunledgerError("ledger.bad-url", "the ledger's URL is empty");
  if (scheme === undefined) return url;
  if (scheme === "file") return fileURLToPath(url);
  if (scheme === "sqlite") return url.slice("sqlite:".length).replace(/^\/\/(?=\/)/, "");
  const isPostgres = scheme === "postgres" || scheme === "postgresql";
  // The URL itself is not repeated: it may hold a password.
  const detail = isPostgres ? "PostgreSQL is not in this build" : `${scheme}: is no kind of ledger`;
  throw new RunledgerError("ledger.bad-url", detail, { data: { scheme } });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
