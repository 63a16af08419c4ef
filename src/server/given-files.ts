// The files beside a benchmark that came with a request: what its YAML names is found among them and nowhere else.

import { createHash } from "node:crypto";
import type { ReadFiles } from "../benchmarks/files-beside.ts";
import { RunledgerError } from "../core/errors.ts";
import type { InlineBenchmark } from "../protocol/http-run-routes.ts";

type GivenFile = NonNullable<InlineBenchmark["files"]>[number];

/** A reader of the files that a request holds. */
export function givenFiles(files: readonly GivenFile[]): ReadFiles {
  const byPath = new Map(files.map((file) => [file.path, file]));
  let read = new Map<string, string>();
  const readOne = (path: string): Buffer => {
    const file = byPath.get(path);
    if (file === undefined) throw missing(path);
    const bytes = bytesOf(file);
    read.set(path, digestOf(bytes));
    return bytes;
  };
  const below = (folder: string, note: (file: GivenFile, path: string) => void) => {
    const inside = files.filter(({ path }) => path.startsWith(`${folder}/`));
    if (inside.length === 0) throw missing(folder);
    return inside.map((file) => {
      const path = file.path.slice(folder.length + 1);
      note(file, path);
      return { path, executable: file.executable ?? false, content: file.content };
    });
  };
  return {
    read: readOne,
    digest: (path) => digestOf(readOne(path)),
    tree(path) {
      const file = byPath.get(path);
      if (file === undefined) return below(path, (one) => void readOne(one.path));
      readOne(path);
      return [{ path: path.split("/").at(-1) ?? path, executable: file.executable ?? false, content: file.content }];
    },
    commit: (repository, ref) =>
      below(commitFolder(repository, ref), (file, path) => {
        read.set(`${repository}@${ref}:${path}`, digestOf(Buffer.from(JSON.stringify(file.content))));
      }),
    takeRead() {
      const taken = [...read].map(([path, digest]) => ({ path, digest })).sort((a, b) => (a.path < b.path ? -1 : 1));
      read = new Map();
      return taken;
    },
    paths: () => [],
  };
}

/** Where the files of a commit are given. */
export function commitFolder(repository: string, ref: string): string {
  return `${repository}@${ref}`;
}

function bytesOf({ content }: GivenFile): Buffer {
  return "text" in content ? Buffer.from(content.text, "utf8") : Buffer.from(content.base64, "base64");
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function missing(path: string): RunledgerError {
  return new RunledgerError("benchmark.invalid", `${path} did not come with the benchmark`);
}
