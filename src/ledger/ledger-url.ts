// Reads where a ledger lies: a folder, a .sqlite file, or a sqlite: URL.

import { existsSync, lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { RunledgerError } from "../core/errors.ts";
import { hasPassword, isPostgresUrl, readPostgresUrl } from "./postgres/postgres-url.ts";
import { type LedgerFiles, ledgerFiles } from "./sqlite/ledger-files.ts";

/** The folder that a ledger makes for itself. */
export const ledgerFolder = ".runledger";

/**
 * The database server that this text names, as it may be shown; null if it names files.
 * @throws RunledgerError `ledger.bad-url`
 */
export function serverOf(url: string, env: NodeJS.ProcessEnv): { shown: string; hasPassword: boolean } | null {
  if (!isPostgresUrl(url)) return null;
  return { shown: readPostgresUrl(url, env).shown, hasPassword: hasPassword(url) };
}

/**
 * Where this host keeps the attempt folders of a ledger on a server: `RUNLEDGER_HOME`, else the nearest `.runledger/`
 * upwards, else one here.
 */
export function homeOfServer(cwd: string, env: NodeJS.ProcessEnv): string {
  if (env.RUNLEDGER_HOME) return resolve(cwd, env.RUNLEDGER_HOME);
  return nearestLedgerFolder(cwd) ?? join(cwd, ledgerFolder);
}

/** The nearest `.runledger/` of this folder and those above it, or null. */
export function nearestLedgerFolder(cwd: string): string | null {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const candidate = join(folder, ledgerFolder);
    if (isFolder(candidate)) return candidate;
    if (dirname(folder) === folder) return null;
  }
}

/**
 * The files of the ledger that this text names. A folder is the ledger's own, or one with a `.runledger/` in it. A file
 * that is not called `ledger.sqlite` has its locks, blobs and attempt folders in `<file>.files/`.
 * @throws RunledgerError `ledger.bad-url`
 */
export function ledgerFilesOf(url: string, cwd: string): LedgerFiles {
  const path = resolve(cwd, pathOf(url));
  if (/\.(sqlite|db)$/.test(path)) {
    if (isFolder(path)) throw new RunledgerError("ledger.bad-url", `${path} is a folder`, { data: { url: path } });
    return filesBeside(path);
  }
  if (existsSync(path) && !isFolder(path)) {
    throw new RunledgerError("ledger.bad-url", `${path} is neither a folder nor a .sqlite or .db file`, {
      data: { url: path },
    });
  }
  const nested = join(path, ledgerFolder);
  const home = isFolder(nested) && !existsSync(join(path, "ledger.sqlite")) ? nested : path;
  return filesBeside(join(home, "ledger.sqlite"));
}

/** A link to the file is followed: its locks and attempt folders lie where it is, and missing ones would say that all died. */
function filesBeside(path: string): LedgerFiles {
  const isLinked = isLink(path);
  if (isLinked && !existsSync(path)) {
    throw new RunledgerError("ledger.bad-url", `${path} is a link that leads nowhere`, { data: { path } });
  }
  const file = isLinked ? realpathSync(path) : path;
  return ledgerFiles(basename(file) === "ledger.sqlite" ? dirname(file) : `${file}.files`, file);
}

/** Settings as libpq takes them, or a URL without its colon: as a path they would show, and name, a password. */
const noPath = /^\s*(host|hostaddr|port|dbname|user|password|service|sslmode)\s*=|^\w*\/\/[^/]*:[^/]*@/i;

function pathOf(url: string): string {
  if (noPath.test(url)) {
    throw new RunledgerError(
      "ledger.bad-url",
      "a PostgreSQL ledger is named by postgres://USER:PASSWORD@HOST:PORT/NAME",
    );
  }
  const scheme = /^([a-z][a-z0-9+.-]+):/.exec(url)?.[1];
  if (url === "") throw new RunledgerError("ledger.bad-url", "the ledger's URL is empty");
  if (scheme === undefined) return url;
  if (scheme === "file") return fileURLToPath(url);
  if (scheme === "sqlite") return url.slice("sqlite:".length).replace(/^\/\/(?=\/)/, "");
  // The URL itself is not repeated: it may hold a password.
  throw new RunledgerError("ledger.bad-url", `${scheme}: is no kind of ledger`, { data: { scheme } });
}

function isFolder(path: string): boolean {
  return lookAt(path, statSync)?.isDirectory() === true;
}

function isLink(path: string): boolean {
  return lookAt(path, lstatSync)?.isSymbolicLink() === true;
}

/**
 * What is there; undefined for a path that nothing is at, also since a part of it is a file.
 * @throws RunledgerError `ledger.unwritable` for a path that this user may not even look at, or that leads in a circle
 */
function lookAt(path: string, look: typeof statSync | typeof lstatSync): Stats | undefined {
  try {
    return look(path, { throwIfNoEntry: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") return undefined;
    throw new RunledgerError("ledger.unwritable", `${path} cannot be looked at (${code})`, { data: { path } });
  }
}
