// A campaign that is kept in a folder goes on where it was stopped, with the product that it began with.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCampaign, runCampaign } from "./campaign.ts";
import { keepProduct, type Product } from "./product.ts";

const msMax = 300_000;
const planted = { plant: null, ledger: "sqlite" } as const;
let folder: string;
let product: Product;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-campaign-"));
  product = await keepProduct(join(folder, "product"), planted);
}, msMax);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Plays until so many were killed. @returns the seeds that were played */
async function playUntil(kills: number): Promise<number[]> {
  const seeds: number[] = [];
  const rest = {
    seed: 100,
    only: "runner: lock taken",
    killsEach: 0,
    isStacked: false,
    atOnce: 1,
    server: null,
    failuresMax: 1,
  };
  await runCampaign({ ...rest, product, kills, folder, onVerdict: ({ seed }) => seeds.push(seed) });
  return seeds;
}

test("a campaign that was stopped goes on with the next seeds, and counts what came before", {
  timeout: msMax,
}, async () => {
  const first = await playUntil(1);
  const second = await playUntil(3);
  expect(second.length).toBeGreaterThan(0);
  expect([...first, ...second]).toEqual([...first, ...second].map((_, index) => 100 + index));
  const kept = readCampaign(folder, "sqlite");
  expect(kept).toMatchObject({ seed: 100, episodes: first.length + second.length, failures: [] });
  expect(kept?.kills).toBeGreaterThanOrEqual(3);
  expect(readCampaign(folder, "postgres")).toBeNull();
});

test("its product stays what it was built from", { timeout: msMax }, async () => {
  expect((await keepProduct(join(folder, "product"), planted)).digest).toBe(product.digest);
});
