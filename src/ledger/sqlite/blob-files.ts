// Blobs of an SQLite ledger: files named by their content, whole and on the disk before any event can name them.

import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ledgerMoved, RunledgerError } from "../../core/errors.ts";
import { giveFolder, giveToOwner } from "../../protocol/give-to-owner.ts";

const digestPattern = /^sha256:([0-9a-f]{2})([0-9a-f]{62})$/;

/** `sha256:` and 64 hex digits. */
function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/**
 * Keeps the bytes; a blob that is there already is left as it is.
 * @returns the digest
 * @param refuseMoved Throws where the folder is not the ledger's any more.
 * @throws RunledgerError `ledger.disk-full`; `ledger.moved` where the folder of all blobs is gone: it is not made anew
 */
export async function writeBlob(folder: string, bytes: Uint8Array, refuseMoved: () => void): Promise<string> {
  refuseMoved();
  const digest = digestOf(bytes);
  const place = placeOf(folder, digest);
  if (place === null || (await exists(place.path))) return digest;
  await makeFolder(place.folder, folder);
  const draft = join(place.folder, `.${randomBytes(6).toString("hex")}.new`);
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      giveToOwner(file.fd, folder);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, place.path);
    for (const changed of [place.folder, folder]) await syncFolder(changed);
  } catch (error) {
    await rm(draft, { force: true });
    throw isNoRoom(error)
      ? new RunledgerError("ledger.disk-full", `${folder}: ${error.message}`, { cause: error })
      : error;
  }
  return digest;
}

/**
 * The bytes, or null if there is no such blob.
 * @param refuseMoved Throws where the folder is not the ledger's any more: a file that is missing there says nothing.
 * @throws RunledgerError `ledger.damaged` if they are not what they were
 */
export async function readBlob(
  folder: string,
  digest: string,
  refuseMoved: () => void = () => {},
): Promise<Uint8Array | null> {
  const place = placeOf(folder, digest);
  if (place === null) return null;
  try {
    const bytes = await readFile(place.path);
    if (digestOf(bytes) === digest) return new Uint8Array(bytes);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    refuseMoved();
    return null;
  }
  throw new RunledgerError("ledger.damaged", `${place.path} does not hold the bytes that it is named by`, {
    data: { digest },
  });
}

function placeOf(folder: string, digest: string): { folder: string; path: string } | null {
  const [, first, rest] = digestPattern.exec(digest) ?? [];
  if (first === undefined || rest === undefined) return null;
  return { folder: join(folder, first), path: join(folder, first, rest) };
}

async function makeFolder(path: string, root: string): Promise<void> {
  try {
    await mkdir(path);
    giveFolder(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") throw ledgerMoved(root);
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isNoRoom(error: unknown): error is Error {
  return codeOf(error) === "ENOSPC" || codeOf(error) === "EDQUOT";
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}
