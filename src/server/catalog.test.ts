// The catalog beside what a ledger holds of it: what was upserted and cannot be read any more is told and stands in
// nobody's way, and what a file holds now is known without a scan.

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EventData, NewEvent } from "../core/events.ts";
import { catalogChange, type SetCatalogRow } from "../ledger/catalog-row.ts";
import { Catalog, type CatalogOptions } from "./catalog.ts";

const shipped = readFileSync(fileURLToPath(new URL("../../benchmarks/001-sol-transfer.yml", import.meta.url)), "utf8");
const yamlOf = (id: string, description = "Send.") =>
  shipped.replace(/^id: .*$/m, `id: ${id}`).replace(/^description: .*$/m, `description: ${description}`);

/** The catalog's part of a ledger, in memory; blobs can be lost. */
class MemoryCatalog {
  readonly rows = new Map<string, SetCatalogRow>();
  readonly blobs = new Map<string, Uint8Array>();
  position = 0;

  async readCatalog(scope: string, after: number): Promise<SetCatalogRow[]> {
    return [...this.rows.values()].filter((row) => row.scope === scope && row.position > after);
  }

  async putBlob(bytes: Uint8Array): Promise<string> {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    this.blobs.set(digest, bytes);
    return digest;
  }

  async getBlob(digest: string): Promise<Uint8Array | null> {
    return this.blobs.get(digest) ?? null;
  }

  async record({ data }: NewEvent): Promise<void> {
    this.position += 1;
    const { scope, kept, removed } = catalogChange(data as EventData<"catalog.changed">, this.position);
    for (const id of removed) this.rows.delete(`${scope} ${id}`);
    for (const row of kept) this.rows.set(`${scope} ${row.id}`, { ...row, setAt: "2026-11-22T10:00:00.000Z" });
  }
}

let cwd: string;
let ledger: MemoryCatalog;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "runledger-catalog-"));
  ledger = new MemoryCatalog();
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function open(folders: string[] = []): Promise<Catalog> {
  const options = { ledger, folders, cwd, who: "ada", actor: "api" };
  return Catalog.open(options as unknown as CatalogOptions);
}

test("an upserted text that is lost is told among the failures of a new server, and all others are there", async () => {
  const first = await open();
  await first.upsert(yamlOf("kept"), null);
  await first.upsert(yamlOf("lost"), null);
  ledger.blobs.delete(ledger.rows.get(" lost")?.digest ?? "");
  await expect(first.sourceOf(first.get("lost"))).rejects.toMatchObject({ code: "file.unreadable" });
  const second = await open();
  expect(second.find("lost")).toBe(null);
  expect(second.failed).toEqual([expect.objectContaining({ file: "upserted lost", code: "file.unreadable" })]);
  expect(await second.sourceOf(second.get("kept"))).toBe(yamlOf("kept"));
  await second.upsert(yamlOf("lost"), null);
  expect(second.failed).toEqual([]);
});

test("what another build upserted and this one cannot read is told with the fault, until it is replaced", async () => {
  const catalog = await open();
  await catalog.upsert(yamlOf("a"), null);
  const blob = await ledger.putBlob(Buffer.from("id: a\nfrom_a_later_build: true\n"));
  const lists = { added: [], changed: ["a"], removed: [], failed: [], scope: "", digests: { a: blob }, who: "ada" };
  await ledger.record({ type: "catalog.changed", data: lists } as NewEvent);
  await catalog.fresh();
  expect(() => catalog.get("a")).toThrow(expect.objectContaining({ code: "benchmark.unknown" }));
  expect(catalog.failed[0]?.file).toBe("upserted a");
  expect(await catalog.upsert(yamlOf("a"), null)).toMatchObject({ ids: ["a"] });
  expect([catalog.failed, catalog.get("a").source]).toEqual([[], "upserted"]);
});

test("a file that was changed, broken, given another id or taken away is not what a run of it would get", async () => {
  const path = join(cwd, "one.yml");
  writeFileSync(path, yamlOf("one"));
  const catalog = await open(["."]);
  const entry = catalog.get("one");
  expect(catalog.isChangedSince(entry)).toBe(false);
  for (const [what, text] of [
    ["changed", yamlOf("one", "Send more.")],
    ["broken", "id: [\n"],
    ["renamed", yamlOf("two")],
  ] as const) {
    writeFileSync(path, text);
    expect(catalog.isChangedSince(entry), what).toBe(true);
    expect(catalog.now("one") === null, what).toBe(what !== "changed");
  }
  rmSync(path);
  expect(catalog.isChangedSince(entry)).toBe(true);
  writeFileSync(path, yamlOf("one"));
  expect(catalog.isChangedSince(entry)).toBe(false);
});

test("an upsert over a file of the same id stands, says what it changed, and the file is there again for who scans", async () => {
  writeFileSync(join(cwd, "one.yml"), yamlOf("one"));
  const catalog = await open(["."]);
  expect(await catalog.upsert(yamlOf("one", "Send more."), null)).toEqual({ result: "changed", ids: ["one"] });
  expect(await catalog.upsert(yamlOf("one", "Send more."), "one")).toEqual({ result: "unchanged", ids: ["one"] });
  await catalog.sync();
  expect(catalog.get("one")).toMatchObject({ source: "upserted", path: null });
  expect(catalog.isChangedSince(catalog.get("one"))).toBe(false);
});

test("a text without a usable id is refused, and nothing of it is kept", async () => {
  const catalog = await open();
  for (const id of [null, "../one", "a".repeat(81), "ONE"]) {
    const upserted = catalog.upsert(shipped.replace(/^id: .*$/m, ""), id);
    await expect(upserted, String(id)).rejects.toMatchObject({ code: "request.invalid" });
  }
  expect([ledger.rows.size, ledger.blobs.size]).toEqual([0, 0]);
});
