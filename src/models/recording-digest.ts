// What a recording is known by: a digest over its files, of which a replayed agent's identity is made. Who replays makes
// it again, since a recording that has changed would answer under the name of the old one. Of a folder for many runs, the
// process that hands them out reads all files once, and each run looks at its own alone.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { RunledgerError } from "../core/errors.ts";

const filesMax = 100_000;

/** In what a runner is handed: the digest of its own file, as it was in the folder whose digest its agent is known by. */
export const recordingVariable = "RUNLEDGER_RECORDING_DIGEST";

/** Digests of files by their paths. */
type FileDigests = ReadonlyMap<string, string>;

/** Folders that this process has read, by path and digest; it works with few at a time. */
const read = new Map<string, FileDigests>();
const readMax = 8;

/**
 * The recordings at a path, a file or a folder of `.jsonl` files: their paths in order, and one digest over the names
 * below that path and the bytes of all of them. Where the path lies is no matter.
 * @throws `replay.unreadable` if there is none.
 */
export function readRecordings(path: string): { files: string[]; digest: string } {
  try {
    const files = filesOf(path);
    const digests = new Map(files.map((file) => [file, sha256(readFileSync(file))]));
    const digest = digestOf(path, digests);
    remember(path, digest, digests);
    return { files, digest };
  } catch (error) {
    if (error instanceof RunledgerError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new RunledgerError("replay.unreadable", `${path}: ${cause}`, { cause: error });
  }
}

/**
 * The digest that a file had when its folder had the wanted one. The folder is read once in a process.
 * @returns null where the folder is not that one any more, or has no such file: the run itself says what is wrong
 */
export function digestInFolder(path: string, wanted: string, file: string): string | null {
  const key = keyOf(path, wanted);
  try {
    if (!read.has(key)) readRecordings(path);
  } catch {
    return null;
  }
  return read.get(key)?.get(file) ?? null;
}

/**
 * Refuses a file that is not the one of the digest.
 * @throws `replay.changed`, `replay.unreadable`
 */
export function refuseChangedFile(file: string, wanted: string): void {
  try {
    const digest = sha256(readFileSync(file));
    if (digest !== wanted) throw changed(file, { wanted, digest });
  } catch (error) {
    if (error instanceof RunledgerError) throw error;
    throw new RunledgerError("replay.unreadable", `${file}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Refuses recordings that are not those of the digest.
 * @throws `replay.changed`, `replay.unreadable`
 */
export function refuseChanged(path: string, wanted: string): void {
  const { digest } = readRecordings(path);
  if (digest !== wanted) throw changed(path, { wanted, digest });
}

function changed(path: string, data: { wanted: string; digest: string }): RunledgerError {
  const detail = `${path} is not what it was when this run was started, and its agent is known by what it was`;
  return new RunledgerError("replay.changed", detail, { data });
}

function remember(path: string, digest: string, digests: FileDigests): void {
  for (const oldest of read.size >= readMax ? read.keys().take(1) : []) read.delete(oldest);
  read.set(keyOf(path, digest), digests);
}

function keyOf(path: string, digest: string): string {
  return `${digest} ${path}`;
}

function filesOf(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile()) return [path];
  if (stat === undefined) throw new RunledgerError("replay.unreadable", `there is no recording ${path}`);
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".jsonl"));
  if (names.length === 0) throw new RunledgerError("replay.unreadable", `the folder ${path} holds no recording`);
  if (names.length > filesMax)
    throw new RunledgerError("replay.unreadable", `${path} holds more than ${filesMax} files`);
  return names.sort().map((name) => join(path, name));
}

function digestOf(path: string, digests: FileDigests): string {
  const whole = createHash("sha256");
  for (const [file, digest] of digests) {
    whole.update(`${file.slice(path.length)}\0`);
    whole.update(Buffer.from(digest, "hex"));
  }
  return `sha256:${whole.digest("hex")}`;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
