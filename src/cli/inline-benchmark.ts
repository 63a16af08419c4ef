// A benchmark file as it goes to a server: its YAML, and the files beside it that reading it needs.

import { basename, resolve } from "node:path";
import { filesBeside, type ReadFiles } from "../benchmarks/files-beside.ts";
import { parseBenchmarks } from "../benchmarks/format.ts";
import { readText } from "../benchmarks/load.ts";
import type { InlineBenchmark } from "../protocol/http-run-routes.ts";
import { commitFolder } from "../server/given-files.ts";

type GivenFile = NonNullable<InlineBenchmark["files"]>[number];

/** @param file As it was named, from `cwd`. @throws RunledgerError `file.*`, `benchmark.*` */
export function inlineBenchmarkOf(file: string, cwd: string): InlineBenchmark {
  const path = resolve(cwd, file);
  const yaml = readText({ file, path });
  const recorded = recording(filesBeside(path));
  // Read once more for what it reads; it was found to be right before.
  parseBenchmarks(yaml, file, recorded.files);
  const files = [...recorded.given.values()];
  const id = basename(file).replace(/\.ya?ml$/, "");
  return { id, yaml, file, ...(files.length === 0 ? {} : { files }) };
}

/** A reader that remembers what was read. */
function recording(beside: ReadFiles): { files: ReadFiles; given: Map<string, GivenFile> } {
  const given = new Map<string, GivenFile>();
  const keep = (path: string, content: GivenFile["content"], executable = false) => {
    given.set(path, { path, content, ...(executable ? { executable } : {}) });
  };
  const keepBytes = (path: string): Uint8Array => {
    const bytes = Buffer.from(beside.read(path));
    const text = bytes.toString("utf8");
    const isText = Buffer.from(text, "utf8").equals(bytes);
    keep(path, isText ? { text } : { base64: bytes.toString("base64") });
    return bytes;
  };
  const files: ReadFiles = {
    ...beside,
    read: keepBytes,
    digest(path) {
      keepBytes(path);
      return beside.digest(path);
    },
    tree(path) {
      const found = beside.tree(path);
      const isFile = found.length === 1 && found[0]?.path === path.split("/").at(-1);
      for (const one of found) keep(isFile ? path : `${path}/${one.path}`, one.content, one.executable);
      return found;
    },
    commit(repository, ref) {
      const found = beside.commit(repository, ref);
      const folder = commitFolder(repository, ref);
      for (const one of found) keep(`${folder}/${one.path}`, one.content, one.executable);
      return found;
    },
  };
  return { files, given };
}
