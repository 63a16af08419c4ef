// Benchmarks out of files and folders: every file below a folder in order of its path, every case of a file, and each
// id once.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import { nearestNames } from "../core/nearest.ts";
import { mayRunPrograms } from "../core/world-programs.ts";
import type { Benchmark } from "./benchmark.ts";
import { filesBeside } from "./files-beside.ts";
import { parseBenchmarks } from "./format.ts";

/** One file that was asked for. */
export type BenchmarkFile = {
  /** As it was named, or found below what was named. */
  file: string;
  /** Absolute. */
  path: string;
};

/** Folders whose files are no benchmarks of their own. */
const otherFolders = new Set(["node_modules", "fixtures"]);
const filesMax = 20_000;

/**
 * All benchmarks of these files and folders.
 * @param names As a user gave them; `cwd` is where relative ones start.
 * @throws `file.not-found`, `file.unreadable`, `benchmark.*`; `benchmark.duplicate-id` names both files.
 */
export function loadBenchmarks(names: readonly string[], cwd: string): Benchmark[] {
  const benchmarks = findBenchmarkFiles(names, cwd).flatMap(loadFile);
  checkIds(benchmarks);
  return benchmarks;
}

/** The benchmark files that these names lead to, each once. @throws `file.*` */
export function findBenchmarkFiles(names: readonly string[], cwd: string): BenchmarkFile[] {
  const found = new Map<string, BenchmarkFile>();
  for (const name of names) {
    const path = resolve(cwd, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw notFound(name, path);
    const files = stat.isDirectory() ? filesBelow(name, path) : [{ file: name, path }];
    for (const one of files) if (!found.has(one.path)) found.set(one.path, one);
  }
  if (found.size > filesMax)
    throw new RunledgerError("usage.bad-value", `${found.size} files; at most ${filesMax} are read`);
  return [...found.values()];
}

/** The benchmarks of one file. @throws `file.unreadable`, `benchmark.*` */
export function loadFile(one: BenchmarkFile): Benchmark[] {
  return benchmarksIn(readText(one), one);
}

/** The benchmarks of a file whose text was read already. @throws `benchmark.*` */
export function benchmarksIn(text: string, { file, path }: BenchmarkFile): Benchmark[] {
  return parseBenchmarks(text, file, filesBeside(path)).map((benchmark) =>
    mayRunPrograms(benchmark.task.environment) ? { ...benchmark, conceal: [path, ...benchmark.beside] } : benchmark,
  );
}

/** @throws `benchmark.duplicate-id` */
export function checkIds(benchmarks: readonly Benchmark[]): void {
  const files = new Map<string, string>();
  for (const { id, task } of benchmarks) {
    const other = files.get(id);
    if (other !== undefined) {
      const detail = `the id ${id} is there twice: ${other} and ${task.file}`;
      throw new RunledgerError("benchmark.duplicate-id", detail, { data: { id, files: [other, task.file] } });
    }
    files.set(id, task.file);
  }
}

function filesBelow(name: string, folder: string): BenchmarkFile[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const [file, path] = [join(name, entry.name), join(folder, entry.name)];
    if (entry.name.startsWith(".")) return [];
    if (entry.isDirectory()) return otherFolders.has(entry.name) ? [] : filesBelow(file, path);
    return /\.ya?ml$/.test(entry.name) ? [{ file, path }] : [];
  });
}

/** The file's text. @throws `file.unreadable` */
export function readText({ file, path }: BenchmarkFile): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new RunledgerError("file.unreadable", `${file} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function notFound(name: string, path: string): RunledgerError {
  let beside: string[] = [];
  try {
    beside = readdirSync(dirname(path)).filter((one) => /\.ya?ml$/.test(one));
  } catch {
    // A folder that cannot be read has no names to offer.
  }
  // Compared without their endings, which all have in common and which would make any two short names alike.
  const stem = (file: string): string => file.replace(/\.ya?ml$/, "");
  const near = nearestNames(stem(basename(path)), beside.map(stem));
  const nearest = near
    .flatMap((one) => beside.filter((file) => stem(file) === one))
    .map((one) => join(dirname(name), one));
  const hint = nearest.length === 0 ? "" : `; did you mean ${nearest.join(", ")}?`;
  return new RunledgerError("file.not-found", `there is no file ${name}${hint}`, { data: { file: name, nearest } });
}
