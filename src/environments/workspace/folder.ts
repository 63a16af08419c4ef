// Files of a workspace. Every path is resolved, links included, and must stay in the folder: what an agent names, and
// what a program of its laid a link to, are held to the same rule. Whatever it left, the folder can be judged: what
// cannot be looked at is not there.

import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { badArgument } from "../../core/tool.ts";
import type { EmbeddedFile } from "../environment-format.ts";
import type { FileState } from "../observation.ts";
import { isInnerPath, tidyPath } from "../workspace-paths.ts";

/** A file that is larger than this is not matched by patterns. */
const textBytesMax = 1024 * 1024;
/** One that is larger than this, as a file with a hole may be for nothing, is the same as no other. */
const digestBytesMax = 1024 ** 3;
/** Of what an agent left, so much is copied for a verifier, in order of the paths; files beyond that are left out. */
const copiedBytesMax = 16 * 1024 ** 3;
/** What the kernel takes for a path, its end included. */
const pathBytesMax = 4096;

/** Lays the files into the folder, which is made. */
export function layFiles(folder: string, files: readonly EmbeddedFile[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { path, executable, content } of files) {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, "text" in content ? content.text : Buffer.from(content.base64, "base64"));
    chmodSync(full, executable ? 0o755 : 0o644);
  }
}

/**
 * Sees to it that the folder is one, and open to its owner. What an agent put in its place is taken away and never looked
 * into: whoever removed his workspace has left an empty one.
 */
export function keepFolder(folder: string): void {
  const parent = dirname(folder);
  if (isOwn(parent)) open(parent);
  if (isOwn(folder)) {
    open(folder);
  } else {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
}

/** Removes a folder with all that lies in it, locked or not; of a link the link. */
export function clear(folder: string): void {
  if (isOwn(folder)) unlock(folder);
  rmSync(folder, { recursive: true, force: true });
}

/** Whether this is a folder, and no link to one. */
function isOwn(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function open(folder: string, { mode }: Stats = lstatSync(folder)): void {
  if ((mode & 0o700) !== 0o700) chmodSync(folder, (mode & 0o777) | 0o700);
}

/**
 * Absolute path of what an agent names in the folder; it need not exist.
 * @throws `tool.bad-arguments` for the field `path` if it leads out of the folder, by itself or by a link.
 */
export function pathIn(folder: string, path: string): string {
  if (!isInnerPath(path)) throw badArgument("path", `${path} is no relative path that stays in the workspace`);
  if (!staysIn(folder, path)) throw badArgument("path", `${path} leads out of the workspace by a link`);
  return join(folder, tidyPath(path));
}

/** Whether the path stays in the folder when links are followed. */
export function staysIn(folder: string, path: string): boolean {
  return isBelow(folder, realOf(join(folder, tidyPath(path))));
}

/** What lies at the path, for assertions; a path that leads out of the workspace shows nothing. */
export function stateOf(folder: string, path: string): FileState {
  const nothing: FileState = { kind: null, bytes: 0, digest: null, text: null };
  const full = join(folder, tidyPath(path));
  const stat = staysIn(folder, path) ? orNull(() => statSync(full)) : null;
  if (stat === null) return nothing;
  if (!stat.isFile()) return { ...nothing, kind: stat.isDirectory() ? "folder" : "other" };
  const bytes = stat.size;
  const whole = bytes > textBytesMax ? null : orNull(() => readFileSync(full));
  const digest = bytes > digestBytesMax ? null : orNull(() => digestOf(full));
  return { kind: "file", bytes, digest, text: whole === null ? null : textOf(whole) };
}

/** In parts: what an agent leaves is not held in memory. */
function digestOf(path: string): string {
  const hash = createHash("sha256");
  const part = Buffer.alloc(textBytesMax);
  const file = openSync(path, "r");
  try {
    for (let read = readSync(file, part); read > 0; read = readSync(file, part)) hash.update(part.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return `sha256:${hash.digest("hex")}`;
}

export type FolderEntry = { path: string; kind: "file" | "folder" | "link"; bytes: number };

/** Everything below the folder, in order of the paths. Links are told and not followed. */
export function entriesBelow(folder: string): FolderEntry[] {
  const entries: FolderEntry[] = [];
  for (const { path, stat } of below(folder)) {
    if (stat.isDirectory()) entries.push({ path, kind: "folder", bytes: 0 });
    else if (stat.isSymbolicLink()) entries.push({ path, kind: "link", bytes: 0 });
    else if (stat.isFile()) entries.push({ path, kind: "file", bytes: stat.size });
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * What lies below the folder, each folder before what it holds, which is looked at only afterwards. What cannot be looked
 * at, as beneath a path that is too long for the kernel, is passed over.
 */
function* below(folder: string): Generator<{ path: string; full: string; stat: Stats }> {
  const toRead = [""];
  for (let at = toRead.pop(); at !== undefined; at = toRead.pop()) {
    for (const name of orNull(() => readdirSync(join(folder, at))) ?? []) {
      const path = join(at, name);
      const full = join(folder, path);
      const stat = orNull(() => lstatSync(full));
      if (stat === null) continue;
      yield { path, full, stat };
      if (stat.isDirectory()) toRead.push(path);
    }
  }
}

/** The bytes as text if they are UTF-8, else null. */
export function textOf(bytes: Buffer): string | null {
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : null;
}

/**
 * Makes the folder and everything below it readable again for its owner: what an agent has locked must not keep anybody
 * from judging it.
 */
export function unlock(folder: string): void {
  open(folder);
  for (const { full, stat } of below(folder)) {
    if (stat.isDirectory()) open(full, stat);
    else if (stat.isFile() && (stat.mode & 0o400) === 0) chmodSync(full, (stat.mode & 0o777) | 0o400);
  }
}

/** Copies a folder, links as they are; pipes and the like are left out. */
export function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  let bytes = 0;
  for (const entry of entriesBelow(from)) {
    const target = join(to, entry.path);
    if (Buffer.byteLength(target) >= pathBytesMax || bytes + entry.bytes > copiedBytesMax) continue;
    bytes += entry.bytes;
    copyEntry(join(from, entry.path), target, entry.kind);
  }
}

function copyEntry(from: string, to: string, kind: FolderEntry["kind"]): void {
  if (kind === "folder") mkdirSync(to, { mode: (lstatSync(from).mode & 0o777) | 0o700 });
  else if (kind === "link") symlinkSync(readlinkSync(from), to);
  else copyFileSync(from, to);
}

/** A folder with all that lies in it, as plain JSON. */
export type PackedFolder = { path: string; mode: number; base64?: string; link?: string }[];

/** @param isLeftOut Asked for what lies in the folder itself */
export function packFolder(folder: string, isLeftOut: (name: string) => boolean = () => false): PackedFolder {
  const kept = entriesBelow(folder).filter(({ path }) => !isLeftOut(path.split(sep)[0] ?? ""));
  return kept.map(({ path, kind }) => {
    const full = join(folder, path);
    const mode = lstatSync(full).mode & 0o777;
    if (kind === "folder") return { path, mode };
    if (kind === "link") return { path, mode, link: readlinkSync(full) };
    return { path, mode, base64: readFileSync(full).toString("base64") };
  });
}

export function unpackFolder(folder: string, packed: PackedFolder): void {
  mkdirSync(folder, { recursive: true });
  for (const { path, mode, base64, link } of packed) {
    const full = join(folder, path);
    if (link !== undefined) symlinkSync(link, full);
    else if (base64 === undefined) mkdirSync(full, { recursive: true });
    else writeFileSync(full, Buffer.from(base64, "base64"));
    // Set apart: what is made is given less by the mask of this process.
    if (link === undefined) chmodSync(full, base64 === undefined ? mode | 0o700 : mode);
  }
}

/** The path with links followed as far as it exists. A link to nowhere leads where it points, not where it lies. */
function realOf(full: string): string {
  try {
    return realpathSync(full);
  } catch (error) {
    // Links in a circle lead nowhere, and certainly not into the workspace.
    if ((error as NodeJS.ErrnoException).code === "ELOOP") return sep;
    const isDangling = orNull(() => lstatSync(full))?.isSymbolicLink() === true;
    if (isDangling) return realOf(resolve(dirname(full), readlinkSync(full)));
    return join(realOf(dirname(full)), full.slice(full.lastIndexOf(sep) + 1));
  }
}

/** What looking brings, or null where nothing can be seen: no such file, a file in the place of a folder. */
function orNull<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}

function isBelow(folder: string, real: string): boolean {
  const root = realpathSync(folder);
  return real === root || real.startsWith(root + sep);
}
