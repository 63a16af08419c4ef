// A seeded part of the fault suite, small enough for every test run; `npm run faults` is the whole of it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { editsOf, type LedgerKind, plants } from "./plants.ts";
import { type Point, pointKey, points } from "./points.ts";
import { makeProduct, type Product } from "./product.ts";
import { runEpisode } from "./run-episode.ts";

/** An episode is real processes by the dozen; a busy machine takes its time for them. */
const episodeMsMax = 180_000;
const buildMsMax = 120_000;

const seed = Number(process.env.SEED ?? 11);

let product: Product;
beforeAll(async () => {
  product = await makeProduct();
}, buildMsMax);
afterAll(() => product?.[Symbol.dispose]());

function pointNamed(key: string) {
  return points.find((point) => pointKey(point) === key) ?? expect.fail(`there is no point ${key}`);
}

describe.each([
  "runner: journal line",
  "supervisor: intake",
  "bystander: adoption",
  "bystander: adopter looked",
  "supervisor: plan",
])("killed at %s", (key) => {
  test(`what clients were told is what the ledger, its files and the process table say (SEED=${seed})`, {
    timeout: episodeMsMax,
  }, async () => {
    const { disagreements, story } = await runEpisode({ product, seed, point: pointNamed(key) });
    expect(disagreements, story.join("\n")).toEqual([]);
  });
});

/** A run that is cancelled, and at which nothing goes wrong but by chance. */
const cancelAlone: Point = {
  ...{ name: "nowhere", process: "runner", moments: ["before"], scenes: ["cancelled"], nthMax: 1 },
  what: "passes no such point",
};
const cancelsMax = 16;

test("a product that calls runs cancelled before they are dead is found out", {
  timeout: cancelsMax * episodeMsMax,
}, async () => {
  using planted = await makeProduct({ plant: "cancelled-before-death", ledger: "sqlite" });
  const found: string[] = [];
  for (let episode = 0; episode < cancelsMax && found.length === 0; episode += 1) {
    found.push(...(await runEpisode({ product: planted, seed: seed + episode, point: cancelAlone })).disagreements);
  }
  expect(found.join("\n")).toMatch(/lived \d+ ms longer|is left|no finish record|not in the ledger/);
});

const adoptionsMax = 4;

test("a product that takes an adoption over a living supervisor is found out", {
  timeout: adoptionsMax * episodeMsMax,
}, async () => {
  const point = pointNamed("bystander: adopter looked");
  using planted = await makeProduct({ plant: "claim-not-checked", ledger: "sqlite" });
  const found: string[] = [];
  for (let episode = 0; episode < adoptionsMax && found.length === 0; episode += 1) {
    found.push(...(await runEpisode({ product: planted, seed: seed + episode, point })).disagreements);
  }
  expect(found.join("\n")).toMatch(/worker-\S+ supervised, and the evidence is: the lock of worker \S+ is free/);
});

describe.each(Object.keys(plants))("the bug %s", (name) => {
  test.each(["sqlite", "postgres"] as LedgerKind[])(
    "can still be planted for %s in the sources as they are",
    (ledger) => {
      expect(editsOf(name, ledger).length).toBeGreaterThan(0);
    },
  );
});

test("every point is named once, and has a scene that passes it", () => {
  const keys = points.map(pointKey);
  expect(new Set(keys).size).toBe(keys.length);
  expect(points.filter(({ scenes }) => scenes.length === 0)).toEqual([]);
});
