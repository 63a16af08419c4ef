// What a recording is known by: a digest over its files, of which a replayed agent's identity is made. Who replays makes
// it again, since a recording that has changed would answer under the name of the old one.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { RunledgerError } from "../core/errors.ts";

const filesMax = 100_000;

/**
 * The recordings at a path, a file or a folder of `.jsonl` files: their paths in order, and one digest over the names
 * below that path and the bytes of all of them. Where the path lies is no matter.
 * @throws `replay.unreadable` if there is none.
 */
export function readRecordings(path: string): { files: string[]; digest: string } {
  try {
    const files = filesOf(path);
    return { files, digest: digestOf(path, files) };
  } catch (error) {
    if (error instanceof RunledgerError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new RunledgerError("replay.unreadable", `${path}: ${cause}`, { cause: error });
  }
}

/**
 * Refuses recordings that are not those of the digest.
 * @throws `replay.changed`, `replay.unreadable`
 */
export function refuseChanged(path: string, wanted: string): void {
  const { digest } = readRecordings(path);
  if (digest === wanted) return;
  const detail = `${path} is not what it was when this run was started, and its agent is known by what it was`;
  throw new RunledgerError("replay.changed", detail, { data: { wanted, digest } });
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

function digestOf(path: string, files: readonly string[]): string {
  const whole = createHash("sha256");
  for (const file of files) {
    whole.update(`${file.slice(path.length)}\0`);
    whole.update(createHash("sha256").update(readFileSync(file)).digest());
  }
  return `sha256:${whole.digest("hex")}`;
}
