// Files of a workspace. Every path is resolved, links included, and must stay in the folder: what an agent names, and
// what a program of its laid a link to, are held to the same rule.

import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
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
 * Absolute path of what an agent names in the folder; it need not exist.
 * @throws `tool.bad-arguments` for the field `path` if it leads out of the folder, by itself or by a link.
 */
export function pathIn(folder: string, path: string): string {
  if (!isInnerPath(path)) throw badArgument("path", `${path} is no relative path that stays in the workspace`);
  const full = join(folder, tidyPath(path));
  if (!isBelow(folder, realOf(full))) throw badArgument("path", `${path} leads out of the workspace by a link`);
  return full;
}

/** What lies at the path, for assertions; a path that leads out of the workspace shows nothing. */
export function stateOf(folder: string, path: string): FileState {
  const nothing: FileState = { kind: null, bytes: 0, digest: null, text: null };
  const full = join(folder, tidyPath(path));
  const stat = isBelow(folder, realOf(full)) ? orNull(() => statSync(full)) : null;
  if (stat === null) return nothing;
  if (!stat.isFile()) return { ...nothing, kind: stat.isDirectory() ? "folder" : "other" };
  const bytes = readFileSync(full);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return { kind: "file", bytes: bytes.length, digest, text: bytes.length > textBytesMax ? null : textOf(bytes) };
}

export type FolderEntry = { path: string; kind: "file" | "folder" | "link"; bytes: number };

/** Everything below the folder, in order of the paths. Links are told and not followed. */
export function entriesBelow(folder: string): FolderEntry[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .flatMap((path): FolderEntry[] => {
      const stat = lstatSync(join(folder, path), { throwIfNoEntry: false });
      if (stat?.isDirectory()) return [{ path, kind: "folder", bytes: 0 }];
      if (stat?.isSymbolicLink()) return [{ path, kind: "link", bytes: 0 }];
      return stat?.isFile() ? [{ path, kind: "file", bytes: stat.size }] : [];
    });
}

/** The bytes as text if they are UTF-8, else null. */
export function textOf(bytes: Buffer): string | null {
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : null;
}

/**
 * Makes everything below the folder readable again for its owner: what an agent has locked must not keep anybody from
 * judging it.
 */
export function unlock(folder: string): void {
  for (const name of readdirSync(folder)) {
    const full = join(folder, name);
    const { mode, isLink, isFolder } = kindOf(full);
    const needed = isFolder ? 0o700 : 0o400;
    if (!isLink && (mode & needed) !== needed) chmodSync(full, (mode & 0o777) | needed);
    if (isFolder) unlock(full);
  }
}

function kindOf(full: string): { mode: number; isLink: boolean; isFolder: boolean } {
  const stat = lstatSync(full);
  return { mode: stat.mode, isLink: stat.isSymbolicLink(), isFolder: stat.isDirectory() };
}

/** Copies a folder, links as they are; pipes and the like are left out. */
export function copyFolder(from: string, to: string): void {
  const isPlain = (path: string): boolean => {
    const stat = lstatSync(path);
    return stat.isFile() || stat.isDirectory() || stat.isSymbolicLink();
  };
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: isPlain });
}

/** A folder with all that lies in it, as plain JSON. */
export type PackedFolder = { path: string; mode: number; base64?: string; link?: string }[];

export function packFolder(folder: string): PackedFolder {
  return entriesBelow(folder).map(({ path, kind }) => {
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
    else if (base64 === undefined) mkdirSync(full, { recursive: true, mode: mode | 0o700 });
    else writeFileSync(full, Buffer.from(base64, "base64"), { mode });
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
