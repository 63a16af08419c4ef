// The catalog: benchmarks by id, out of folders and out of what was upserted. Folders are read at the start and by sync;
// what was upserted is kept beside the ledger and stands over a file of the same id.

import { mkdir, open, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import type { Benchmark } from "../benchmarks/benchmark.ts";
import { noFilesBeside } from "../benchmarks/files-beside.ts";
import { parseBenchmarks } from "../benchmarks/format.ts";
import { type BenchmarkFile, findBenchmarkFiles, loadFile, readText } from "../benchmarks/load.ts";
import { problemOf, RunledgerError } from "../core/errors.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { Synced } from "../protocol/http-catalog-routes.ts";
import { changeMarkOf } from "./file-mark.ts";

export type CatalogEntry = {
  benchmark: Benchmark;
  source: "file" | "upserted";
  /** The file that it was read from, as it is named from the server's folder; null for what was upserted. */
  file: string | null;
  /** The same, absolute. */
  path: string | null;
  /** What the file was when it was read. */
  mark: string | null;
};

export type Upserted = { result: "added" | "changed" | "unchanged"; ids: string[] };

export type CatalogFilter = { prefix?: string | undefined; tag?: string | undefined; environment?: string | undefined };

export type CatalogOptions = {
  /** Folders and files as they are named from `cwd`. */
  folders: readonly string[];
  cwd: string;
  /** Where upserted benchmarks are kept; made when there is one to keep. */
  keptFolder: string;
};

/** Upserted benchmarks, each of its cases counted. */
const upsertedMax = 50_000;
const idPattern = /^[a-z0-9][a-z0-9._-]{0,79}$/;

export class Catalog {
  readonly #folders: readonly string[];
  readonly #cwd: string;
  readonly #keptFolder: string;
  #files = new Map<string, CatalogEntry>();
  readonly #upserted = new Map<string, CatalogEntry>();
  #ids: string[] = [];
  #failed: Synced["failed"] = [];
  #syncedAt: string | null = null;
  #syncing: Promise<Synced> | null = null;
  #writing: Promise<void> = Promise.resolve();

  private constructor({ folders, cwd, keptFolder }: CatalogOptions) {
    this.#folders = folders;
    this.#cwd = cwd;
    this.#keptFolder = keptFolder;
  }

  /** Reads what was upserted before, and the folders. */
  static async open(options: CatalogOptions): Promise<Catalog> {
    const catalog = new Catalog(options);
    await catalog.#readKept();
    await catalog.sync();
    return catalog;
  }

  get failed(): Synced["failed"] {
    return this.#failed;
  }

  get syncedAt(): string | null {
    return this.#syncedAt;
  }

  /** @throws RunledgerError `benchmark.unknown` with the nearest ids */
  get(id: string): CatalogEntry {
    const entry = this.find(id);
    if (entry !== null) return entry;
    const detail = `there is no benchmark ${JSON.stringify(id.slice(0, 200))}${didYouMean(id, this.#ids)}`;
    throw new RunledgerError("benchmark.unknown", detail, { data: { id, nearest: nearestNames(id, this.#ids) } });
  }

  find(id: string): CatalogEntry | null {
    return this.#upserted.get(id) ?? this.#files.get(id) ?? null;
  }

  /** Entries by id after the one named, at most `size`, and whether there are more. */
  list(filter: CatalogFilter, after: string | null, size: number): { entries: CatalogEntry[]; hasMore: boolean } {
    const { prefix, tag, environment } = filter;
    const entries: CatalogEntry[] = [];
    for (const id of this.#ids) {
      if ((after !== null && id <= after) || (prefix !== undefined && !id.startsWith(prefix))) continue;
      const entry = this.find(id);
      if (entry === null) continue;
      const { tags, task } = entry.benchmark;
      if (tag !== undefined && !tags.includes(tag)) continue;
      if (environment !== undefined && task.environment !== environment) continue;
      if (entries.length === size) return { entries, hasMore: true };
      entries.push(entry);
    }
    return { entries, hasMore: false };
  }

  /** Reads the folders anew and says what is different. Two at once are one. */
  sync(): Promise<Synced> {
    this.#syncing ??= this.#scan().finally(() => {
      this.#syncing = null;
    });
    return this.#syncing;
  }

  /**
   * Adds or replaces the benchmarks of one YAML text; it is on the disk when this returns. Runs that have begun keep the
   * content that they began with.
   * @throws RunledgerError `benchmark.*`, `request.invalid`
   */
  async upsert(yaml: string, givenId: string | null): Promise<Upserted> {
    const id = givenId ?? idIn(yaml);
    if (id === null || !idPattern.test(id)) {
      throw new RunledgerError(
        "request.invalid",
        "the benchmark needs an id: 1 to 80 of a-z 0-9 . _ - in its own field",
      );
    }
    if (this.#upserted.size >= upsertedMax && !this.#upserted.has(id)) {
      throw new RunledgerError("request.too-large", `${upsertedMax} benchmarks were upserted; no more are kept`);
    }
    const benchmarks = parseBenchmarks(yaml, `${id}.yml`, noFilesBeside());
    const taken = this.#writing.then(() => this.#replace(id, yaml, benchmarks));
    // One after the other: what lies on the disk in the end is what the last one was answered.
    this.#writing = taken.then(
      () => undefined,
      () => undefined,
    );
    return taken;
  }

  async #replace(id: string, yaml: string, benchmarks: readonly Benchmark[]): Promise<Upserted> {
    const before = benchmarks.map((one) => this.find(one.id)?.benchmark.digest ?? null);
    await this.#keep(`${id}.yml`, yaml);
    for (const known of [...this.#upserted.keys()]) {
      if (known === id || known.startsWith(`${id}/`)) this.#upserted.delete(known);
    }
    this.#takeUpserted(benchmarks);
    const ids = benchmarks.map((one) => one.id);
    if (before.every((digest) => digest === null)) return { result: "added", ids };
    const isSame = benchmarks.every(({ digest }, index) => digest === before[index]);
    return { result: isSame ? "unchanged" : "changed", ids };
  }

  async #scan(): Promise<Synced> {
    const found = new Map<string, CatalogEntry>();
    const failed: Synced["failed"] = [];
    for (const file of this.#benchmarkFiles(failed)) {
      try {
        for (const benchmark of loadFile(file)) addOnce(found, benchmark, file);
      } catch (error) {
        const { code, detail } = problemOf(error);
        failed.push({ file: file.file, code, detail });
      }
      // Reading is work of a millisecond a file; requests come in between.
      await breathe();
    }
    const before = this.#files;
    this.#files = found;
    this.#failed = failed;
    this.#syncedAt = new Date().toISOString();
    this.#sortIds();
    const ids = [...found.keys()];
    const changed = ids.filter((id) => before.has(id) && before.get(id)?.benchmark.digest !== digestIn(found, id));
    return {
      added: ids.filter((id) => !before.has(id)),
      changed,
      removed: [...before.keys()].filter((id) => !found.has(id)),
      unchanged: ids.filter((id) => before.has(id)).length - changed.length,
      failed,
    };
  }

  #benchmarkFiles(failed: Synced["failed"]): BenchmarkFile[] {
    return this.#folders.flatMap((folder) => {
      try {
        return findBenchmarkFiles([folder], this.#cwd);
      } catch (error) {
        const { code, detail } = problemOf(error);
        failed.push({ file: folder, code, detail });
        return [];
      }
    });
  }

  async #readKept(): Promise<void> {
    const names = await readdir(this.#keptFolder).catch(() => []);
    for (const name of names.filter((one) => one.endsWith(".yml")).sort()) {
      const path = join(this.#keptFolder, name);
      try {
        this.#takeUpserted(parseBenchmarks(readText({ file: name, path }), name, noFilesBeside()));
      } catch (error) {
        const { code, detail } = problemOf(error);
        this.#failed.push({ file: path, code, detail });
      }
    }
  }

  #takeUpserted(benchmarks: readonly Benchmark[]): void {
    for (const benchmark of benchmarks) {
      this.#upserted.set(benchmark.id, { benchmark, source: "upserted", file: null, path: null, mark: null });
    }
    this.#sortIds();
  }

  #sortIds(): void {
    this.#ids = [...new Set([...this.#files.keys(), ...this.#upserted.keys()])].sort();
  }

  /** The file is whole and on the disk before anybody is told. */
  async #keep(name: string, text: string): Promise<void> {
    await mkdir(this.#keptFolder, { recursive: true, mode: 0o700 });
    const path = join(this.#keptFolder, name);
    const half = `${path}.${process.pid}.half`;
    const file = await open(half, "w", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(half, path);
    const folder = await open(this.#keptFolder, "r");
    await folder.sync().finally(() => folder.close());
  }
}

function addOnce(found: Map<string, CatalogEntry>, benchmark: Benchmark, { file, path }: BenchmarkFile): void {
  const other = found.get(benchmark.id);
  if (other !== undefined) {
    const detail = `the id ${benchmark.id} is there twice: ${other.file} and ${file}`;
    throw new RunledgerError("benchmark.duplicate-id", detail);
  }
  found.set(benchmark.id, { benchmark, source: "file", file, path, mark: changeMarkOf(path) });
}

function digestIn(entries: Map<string, CatalogEntry>, id: string): string | undefined {
  return entries.get(id)?.benchmark.digest;
}

/** The id that the text gives itself, without reading all of it: the parser wants the name first. */
function idIn(yaml: string): string | null {
  return /^id:[ \t]*["']?([a-z0-9][a-z0-9._-]*)["']?[ \t]*(?:#.*)?$/m.exec(yaml)?.[1] ?? null;
}
