// The shipped text and workspace benchmarks, each played in this process: its own solution, a wrong one, and nothing.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Benchmark } from "../src/benchmarks/benchmark.ts";
import { loadBenchmarks } from "../src/benchmarks/load.ts";
import type { PlannedCall } from "../src/core/tool.ts";
import { placeUnderTest } from "../src/runner/place-under-test.ts";
import { acting, play } from "../src/runner/play-benchmark.ts";

const root = new URL("../", import.meta.url);
const suite = loadBenchmarks(["benchmarks/text", "benchmarks/workspace"], fileURLToPath(root));
const idOfFile = (benchmark: Benchmark) => benchmark.id.split("/")[0];

async function playIn(benchmark: Benchmark, options: Parameters<typeof play>[0] = {}) {
  using place = placeUnderTest();
  return await play({ benchmark, place, ...options });
}

test("there are three text files with cases and two of workspaces, and a wrong solution beside each", () => {
  const files = (environment: string) =>
    new Set(suite.filter(({ task }) => task.environment === environment).map(idOfFile));
  expect(files("text").size).toBeGreaterThanOrEqual(3);
  expect(files("workspace").size).toBeGreaterThanOrEqual(2);
  expect(suite.filter(({ task }) => task.environment === "text").every(({ id }) => id.includes("/"))).toBe(true);
  const wrong = readdirSync(new URL("tests/wrong-answers/", root)).map((name) => name.replace(/\.yml$/, ""));
  expect(wrong.sort()).toEqual([...new Set(suite.map(idOfFile))].sort());
});

describe.each(suite)("$id", (benchmark) => {
  test("its solution passes with the score 1", async () => {
    const { result } = await playIn(benchmark);
    expect(result).toMatchObject({ outcome: "completed", score: 1, passed: true, error: null });
  });

  test("doing nothing scores 0", async () => {
    const { result } = await playIn(benchmark, { agent: acting(async () => ({ how: "finished", text: null })) });
    expect(result).toMatchObject({ outcome: "completed", score: 0, passed: false });
  });

  test("three runs have one record, times aside", async () => {
    const records = new Set<string>();
    for (const _ of [1, 2, 3]) {
      const { events } = await playIn(benchmark, { seed: 7 });
      records.add(JSON.stringify(events, (key, value: unknown) => (key === "ms" ? 0 : untimed(value))));
    }
    expect(records.size).toBe(1);
  });
});

/** What the test runner of Node prints holds durations. */
function untimed(value: unknown): unknown {
  return typeof value === "string" && value.includes("duration_ms") ? "" : value;
}

type WrongSolution = { case?: string; expected_score: number; solution: PlannedCall[] };

for (const id of new Set(suite.map(idOfFile))) {
  test(`the wrong solution beside ${id} acts and gets the score that its comment derives`, async () => {
    const text = readFileSync(new URL(`tests/wrong-answers/${id}.yml`, root), "utf8");
    const { case: caseId, expected_score: score, solution } = parse(text) as WrongSolution;
    const fullId = caseId === undefined ? id : `${id}/${caseId}`;
    const benchmark = suite.find((one) => one.id === fullId);
    if (benchmark === undefined) throw new Error(`no benchmark has the id ${fullId}`);
    const { result, dataOf } = await playIn(benchmark, {
      solution: solution.map((call) => ({ ...call, expect_error: false })),
    });
    expect(dataOf("tool.returned").every(({ ok }) => ok)).toBe(true);
    expect(result).toMatchObject({ outcome: "completed", score, passed: false, error: null });
  });
}
