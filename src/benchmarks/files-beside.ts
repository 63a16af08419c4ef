// Files that a benchmark names: read when it is read, from its own folder and nowhere else, so that what a run does is
// all in its content. Everything is limited.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, resolve, sep } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import type { EmbeddedFile, FilesBeside } from "../environments/environment-format.ts";

const embedLimits = { bytes: 16 * 1024 * 1024, files: 2_000 } as const;

/** The reader of one benchmark file, with what it has read. */
export type ReadFiles = FilesBeside & {
  /** Every file read since the last call, with the digest of what it held: part of the benchmark's own digest. */
  takeRead(): { path: string; digest: string }[];
  /** Absolute paths of the files read one by one: those that may tell the ground truth. */
  paths(): string[];
};

/** Files beside the benchmark at this path. */
export function filesBeside(file: string): ReadFiles {
  const folder = resolve(file, "..");
  const paths = new Set<string>();
  const contents = new Map<string, Buffer>();
  let read = new Map<string, string>();
  const note = (path: string, bytes: Buffer): Buffer => {
    read.set(path, digestOf(bytes));
    return bytes;
  };
  const readOne = (path: string): Buffer => {
    const full = inFolder(folder, path);
    const bytes = contents.get(full) ?? readLimited(full, path);
    contents.set(full, bytes);
    return note(path, bytes);
  };
  return {
    read(path) {
      paths.add(inFolder(folder, path));
      return readOne(path);
    },
    digest(path) {
      return digestOf(this.read(path));
    },
    tree(path) {
      const full = inFolder(folder, path);
      const names = statSync(full).isDirectory() ? namesBelow(full, path) : [""];
      return limited(
        names.map((name) => {
          const bytes = readOne(name === "" ? path : `${path}/${name}`);
          const isExecutable = (statSync(join(full, name)).mode & 0o100) !== 0;
          return embedded(name === "" ? (path.split("/").at(-1) ?? path) : name, bytes, isExecutable);
        }),
        path,
      );
    },
    commit(repository, ref) {
      const files = filesOfCommit(inFolder(folder, repository), repository, ref);
      for (const one of files) note(`${repository}@${ref}:${one.path}`, Buffer.from(JSON.stringify(one.content)));
      return limited(files, repository);
    },
    takeRead() {
      const taken = [...read].map(([path, digest]) => ({ path, digest })).sort((a, b) => (a.path < b.path ? -1 : 1));
      read = new Map();
      return taken;
    },
    paths: () => [...paths],
  };
}

/** For content that comes without a folder around it. */
export function noFilesBeside(): ReadFiles {
  const refuse = (path: string): never => {
    throw fault(`${path} cannot be read: this benchmark has no folder of its own`);
  };
  return { read: refuse, digest: refuse, tree: refuse, commit: refuse, takeRead: () => [], paths: () => [] };
}

/** The path in the folder, links followed. @throws if it leads out of the folder or nowhere. */
function inFolder(folder: string, path: string): string {
  if (isAbsolute(path) || path.split("/").includes("..")) {
    throw fault(`${path} must be a relative path that stays in the folder of the benchmark's file`);
  }
  try {
    const [root, full] = [realpathSync(folder), realpathSync(join(folder, path))];
    if (full === root || full.startsWith(root + sep)) return full;
  } catch {
    throw fault(`there is no ${path} beside the benchmark's file`);
  }
  throw fault(`${path} is a link that leads out of the folder of the benchmark's file`);
}

function readLimited(full: string, path: string): Buffer {
  const stat = statSync(full);
  if (!stat.isFile()) throw fault(`${path} is no file`);
  if (stat.size > embedLimits.bytes)
    throw fault(`${path} has ${stat.size} bytes; at most ${embedLimits.bytes} are taken`);
  return readFileSync(full);
}

/** Paths of all files below, in order. Links are not followed: what they lead to is not theirs to give. */
function namesBelow(folder: string, path: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return names.filter((name) => {
    const stat = lstatSync(join(folder, name));
    if (!stat.isFile() && !stat.isDirectory()) throw fault(`${path}/${name} is neither a file nor a folder`);
    return stat.isFile();
  });
}

function filesOfCommit(folder: string, path: string, ref: string): EmbeddedFile[] {
  if (ref.startsWith("-")) throw fault(`${ref} is no name of a commit`);
  const git = (...args: string[]): Buffer =>
    execFileSync("git", ["-C", folder, ...args], {
      maxBuffer: 4 * embedLimits.bytes,
      stdio: ["ignore", "pipe", "pipe"],
    });
  try {
    const rows = git("ls-tree", "-r", "-z", "--full-tree", ref).toString("utf8").split("\0").filter(Boolean);
    return rows.flatMap((row) => {
      const [, mode, object, name] = /^(\d+) blob ([0-9a-f]+)\t(.*)$/s.exec(row) ?? [];
      // Submodules and links have no content of their own to lay.
      if (mode === undefined || object === undefined || name === undefined || mode === "120000") return [];
      return [embedded(name, git("cat-file", "blob", object), mode === "100755")];
    });
  } catch (error) {
    const said = (error as { stderr?: Buffer }).stderr?.toString("utf8").trim() || (error as Error).message;
    throw fault(`${path} at ${ref} cannot be read by git: ${said}`);
  }
}

function embedded(path: string, bytes: Buffer, executable: boolean): EmbeddedFile {
  const text = bytes.toString("utf8");
  const isText = Buffer.from(text, "utf8").equals(bytes);
  return { path, executable, content: isText ? { text } : { base64: bytes.toString("base64") } };
}

function limited(files: EmbeddedFile[], path: string): EmbeddedFile[] {
  if (files.length > embedLimits.files)
    throw fault(`${path} has ${files.length} files; at most ${embedLimits.files} are taken`);
  const bytes = files.reduce((sum, { content }) => sum + ("text" in content ? content.text : content.base64).length, 0);
  if (bytes > embedLimits.bytes) throw fault(`${path} has ${bytes} bytes; at most ${embedLimits.bytes} are taken`);
  return files;
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function fault(message: string): RunledgerError {
  return new RunledgerError("benchmark.invalid", message);
}
