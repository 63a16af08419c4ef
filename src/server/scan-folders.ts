// Reads the benchmark files of folders: what they hold by id, and what could not be read and why.

import { setImmediate as breathe } from "node:timers/promises";
import type { Benchmark } from "../benchmarks/benchmark.ts";
import { type BenchmarkFile, findBenchmarkFiles, loadFile } from "../benchmarks/load.ts";
import { problemOf, RunledgerError } from "../core/errors.ts";
import type { Synced } from "../protocol/http-catalog-routes.ts";
import { changeMarkOfAll } from "./file-mark.ts";

export type CatalogEntry = {
  benchmark: Benchmark;
  source: "file" | "upserted";
  /** The file that it was read from, as it is named from the server's folder; null for what was upserted. */
  file: string | null;
  /** The same, absolute. */
  path: string | null;
  /** What the file, and those that it names, were when they were read. */
  mark: string | null;
  /** Of what was upserted the blob of its YAML, and when that was. */
  blob: string | null;
  setAt: string | null;
};

export type Scanned = { found: Map<string, CatalogEntry>; failed: Synced["failed"] };

/** @param folders Folders and files as they are named from `cwd`. */
export async function scanFolders(folders: readonly string[], cwd: string): Promise<Scanned> {
  const scanned: Scanned = { found: new Map(), failed: [] };
  for (const file of benchmarkFiles(folders, cwd, scanned)) {
    try {
      for (const benchmark of loadFile(file)) addOnce(scanned, benchmark, file);
    } catch (error) {
      scanned.failed.push({ file: file.file, ...reasonOf(error) });
    }
    // Reading is work of a millisecond a file; requests come in between.
    await breathe();
  }
  return scanned;
}

/** Why something could not be read. */
export function reasonOf(error: unknown): { code: string; detail: string } {
  const { code, detail } = problemOf(error);
  return { code, detail };
}

function benchmarkFiles(folders: readonly string[], cwd: string, { failed }: Scanned): BenchmarkFile[] {
  return folders.flatMap((folder) => {
    try {
      return findBenchmarkFiles([folder], cwd);
    } catch (error) {
      failed.push({ file: folder, ...reasonOf(error) });
      return [];
    }
  });
}

function addOnce({ found }: Scanned, benchmark: Benchmark, { file, path }: BenchmarkFile): void {
  const other = found.get(benchmark.id);
  if (other !== undefined) {
    const detail = `the id ${benchmark.id} is there twice: ${other.file} and ${file}`;
    throw new RunledgerError("benchmark.duplicate-id", detail);
  }
  const mark = changeMarkOfAll(path, benchmark.beside);
  found.set(benchmark.id, { benchmark, source: "file", file, path, mark, blob: null, setAt: null });
}
