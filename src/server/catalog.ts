// The catalog: benchmarks by id, out of folders and out of what was upserted. Folders are read at the start and by sync;
// what was upserted lies in the ledger, so that every server of it has it, and stands over a file of the same id.

import type { Benchmark } from "../benchmarks/benchmark.ts";
import { filesBeside, noFilesBeside } from "../benchmarks/files-beside.ts";
import { parseBenchmarks } from "../benchmarks/format.ts";
import { readText } from "../benchmarks/load.ts";
import { RunledgerError } from "../core/errors.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import { type SetCatalogRow, upsertedScope } from "../ledger/catalog-row.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Synced } from "../protocol/http-catalog-routes.ts";
import { contentMarkOf } from "./changed-since.ts";
import { changeMarkOfAll } from "./file-mark.ts";
import { recordScan, scopeOfFolders } from "./record-scan.ts";
import { type CatalogEntry, reasonOf, scanFolders } from "./scan-folders.ts";

export type { CatalogEntry } from "./scan-folders.ts";

export type Upserted = { result: "added" | "changed" | "unchanged"; ids: string[] };

export type CatalogFilter = { prefix?: string | undefined; tag?: string | undefined; environment?: string | undefined };

export type CatalogOptions = {
  ledger: Pick<Ledger, "readCatalog" | "record" | "putBlob" | "getBlob">;
  /** Folders and files as they are named from `cwd`. */
  folders: readonly string[];
  cwd: string;
  who: string;
  actor: string;
};

/** Upserted benchmarks, each of its cases counted. */
const upsertedMax = 50_000;
/** Events that another transaction may have taken before one that was read, and committed after it. */
const overlapPositions = 10_000;
const idPattern = /^[a-z0-9][a-z0-9._-]{0,79}$/;

export class Catalog {
  readonly #of: CatalogOptions;
  #files: ReadonlyMap<string, CatalogEntry> = new Map();
  readonly #upserted = new Map<string, CatalogEntry>();
  /** Rows that were taken in, by the id of their text. */
  readonly #rows = new Map<string, SetCatalogRow>();
  /** What files that have changed since the scan hold, by id, and what they were when they were read. */
  readonly #reread = new Map<string, { mark: string; benchmark: Benchmark | null }>();
  /** Position of the newest row. */
  #newest = 0;
  #ids: string[] = [];
  #failed: Synced["failed"] = [];
  readonly #unreadable = new Map<string, Synced["failed"][number]>();
  #syncedAt: string | null = null;
  #syncing: Promise<Synced> | null = null;
  #taking: Promise<void> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();

  private constructor(of: CatalogOptions) {
    this.#of = of;
  }

  /** Reads what was upserted, and the folders. */
  static async open(options: CatalogOptions): Promise<Catalog> {
    const catalog = new Catalog(options);
    await catalog.fresh();
    await catalog.sync();
    return catalog;
  }

  /** The catalog with all that was upserted by now, on whatever server. */
  async fresh(): Promise<this> {
    // One after the other: who comes while another takes something in finds it taken in.
    const taken = this.#taking.then(() => this.#takeNew());
    this.#taking = taken.catch(() => undefined);
    await taken;
    return this;
  }

  async #takeNew(): Promise<void> {
    const rows = await this.#of.ledger.readCatalog(upsertedScope, Math.max(0, this.#newest - overlapPositions));
    for (const row of rows) {
      if ((this.#rows.get(row.id)?.position ?? -1) < row.position) await this.#take(row);
    }
  }

  get failed(): Synced["failed"] {
    return [...this.#failed, ...this.#unreadable.values()];
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

  /** The benchmark as its file is now, read again if it is not as it was; null if it is not there or not to be read. */
  now(id: string): Benchmark | null {
    const entry = this.find(id);
    if (entry === null || entry.path === null) return entry?.benchmark ?? null;
    const mark = changeMarkOfAll(entry.path, entry.benchmark.beside);
    if (mark === entry.mark) return entry.benchmark;
    const known = this.#reread.get(id);
    if (known?.mark === mark) return known.benchmark;
    const benchmark = readAgain(entry);
    this.#reread.set(id, { mark, benchmark });
    return benchmark;
  }

  /** Whether it is another by now than a run of it would get. */
  isChangedSince({ benchmark }: CatalogEntry): boolean {
    const now = this.now(benchmark.id);
    return now !== benchmark && (now === null || contentMarkOf(now) !== contentMarkOf(benchmark));
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

  /** The YAML of an entry as it is now. @throws RunledgerError `file.unreadable` */
  async sourceOf({ file, path, blob, benchmark }: CatalogEntry): Promise<string> {
    if (path !== null) return readText({ file: file ?? path, path });
    const bytes = blob === null ? null : await this.#of.ledger.getBlob(blob);
    if (bytes !== null) return Buffer.from(bytes).toString("utf8");
    throw new RunledgerError("file.unreadable", `the YAML of ${benchmark.id} is not in the ledger any more`);
  }

  /** Reads the folders anew and says what is different from the scan before. Two at once are one. */
  sync(): Promise<Synced> {
    this.#syncing ??= this.#scan().finally(() => {
      this.#syncing = null;
    });
    return this.#syncing;
  }

  /**
   * Adds or replaces the benchmarks of one YAML text; it is in the ledger when this returns. Runs that have begun keep
   * the content that they began with.
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
    const digests = new Map(parseBenchmarks(yaml, `${id}.yml`, noFilesBeside()).map((one) => [one.id, one.digest]));
    const taken = this.#writing.then(() => this.#replace(id, yaml, digests));
    // One after the other: what is in the ledger in the end is what the last one was answered.
    this.#writing = taken.then(
      () => undefined,
      () => undefined,
    );
    return taken;
  }

  async #replace(id: string, yaml: string, digests: ReadonlyMap<string, string>): Promise<Upserted> {
    await this.fresh();
    const { ledger, who, actor } = this.#of;
    const ids = [...digests.keys()];
    const before = ids.map((one) => this.find(one)?.benchmark.digest);
    const blob = await ledger.putBlob(Buffer.from(yaml, "utf8"));
    const known = this.#rows.get(id);
    // A text that was lost is back by now: every server that could not read it takes it in again.
    if (known?.digest !== blob || this.#unreadable.has(id)) {
      const lists = { added: known === undefined ? [id] : [], changed: known === undefined ? [] : [id], removed: [] };
      const data = { ...lists, failed: [], scope: upsertedScope, digests: { [id]: blob }, who };
      await ledger.record({ type: "catalog.changed", data }, actor);
      await this.fresh();
    }
    if (before.every((digest) => digest === undefined)) return { result: "added", ids };
    const isSame = ids.every((one, index) => digests.get(one) === before[index]);
    return { result: isSame ? "unchanged" : "changed", ids };
  }

  async #scan(): Promise<Synced> {
    const { ledger, folders, cwd, who, actor } = this.#of;
    const scanned = await scanFolders(folders, cwd);
    const synced = await recordScan(ledger, scanned, { scope: scopeOfFolders(folders, cwd), who, actor });
    this.#files = scanned.found;
    this.#reread.clear();
    this.#failed = scanned.failed;
    this.#syncedAt = new Date().toISOString();
    this.#sortIds();
    return synced;
  }

  /** Takes in what was upserted under an id. What this build cannot read is told among the failures. */
  async #take(row: SetCatalogRow): Promise<void> {
    this.#rows.set(row.id, row);
    this.#newest = Math.max(this.#newest, row.position);
    this.#unreadable.delete(row.id);
    for (const known of [...this.#upserted.keys()]) {
      if (known === row.id || known.startsWith(`${row.id}/`)) this.#upserted.delete(known);
    }
    try {
      const bytes = await this.#of.ledger.getBlob(row.digest);
      if (bytes === null) throw new RunledgerError("file.unreadable", "its YAML is not in the ledger");
      const yaml = Buffer.from(bytes).toString("utf8");
      for (const benchmark of parseBenchmarks(yaml, `${row.id}.yml`, noFilesBeside())) {
        const entry = { benchmark, source: "upserted" as const, file: null, path: null, mark: null };
        this.#upserted.set(benchmark.id, { ...entry, blob: row.digest, setAt: row.setAt });
      }
    } catch (error) {
      this.#unreadable.set(row.id, { file: `upserted ${row.id}`, ...reasonOf(error) });
    }
    this.#sortIds();
  }

  #sortIds(): void {
    this.#ids = [...new Set([...this.#files.keys(), ...this.#upserted.keys()])].sort();
  }
}

/** Null if the file does not hold it any more. */
function readAgain({ file, path, benchmark: { id } }: CatalogEntry): Benchmark | null {
  const one = { file: file ?? "", path: path ?? "" };
  try {
    const files = { ...filesBeside(one.path), commit: refuseCommit };
    return parseBenchmarks(readText(one), one.file, files).find((found) => found.id === id) ?? null;
  } catch {
    // Why it cannot be read is told by the next scan.
    return null;
  }
}

/** A commit's files are read by a process, and looking at a page starts none. */
function refuseCommit(): never {
  throw new RunledgerError("file.unreadable", "commits are read by a scan alone");
}

/** The id that the text gives itself, without reading all of it: the parser wants the name first. */
function idIn(yaml: string): string | null {
  return /^id:[ \t]*["']?([a-z0-9][a-z0-9._-]*)["']?[ \t]*(?:#.*)?$/m.exec(yaml)?.[1] ?? null;
}
