import { describe, expect, test } from "vitest";
import type { RunError } from "./events.ts";
import { type Experiment, groupsOf, standingOf, summarize, type Tally } from "./experiment.ts";

const error = (origin: RunError["origin"], limit?: string): RunError => ({
  ...{ code: "runner.exited", origin, message: "it broke" },
  ...(limit === undefined ? {} : { limit }),
});

describe("how a run counts", () => {
  test.each([
    ["queued", null, null, "open", ""],
    ["cancelling", null, null, "open", ""],
    ["completed", 0.5, null, "scored", ""],
    ["completed", null, null, "unscored", "nothing to score"],
    ["cancelled", null, null, "unscored", "cancelled"],
    ["failed", null, error("agent"), "zero", "agent"],
    ["failed", null, error("agent", "memory_mib"), "zero", "limit:memory_mib"],
    ["failed", null, error("agent", "events"), "zero", "limit:events"],
    ["failed", null, error("runner"), "unscored", "runner"],
    ["failed", null, error("scorer"), "unscored", "scorer"],
    ["failed", null, error("provider"), "unscored", "provider"],
    ["failed", null, error("worker", "orphan_s"), "unscored", "worker"],
    ["timed_out", null, error("agent", "wall_s"), "zero", "limit:wall_s"],
    ["timed_out", null, error("worker", "queue_s"), "unscored", "worker"],
    ["lost", null, error("agent"), "unscored", "agent"],
    ["lost", null, error("runner"), "unscored", "runner"],
  ] as const)("%s with score %s and %o is %s", (status, score, of, standing, why) => {
    expect(standingOf({ status, score, error: of })).toEqual({ standing, why });
  });
});

const tally = (change: Partial<Tally>): Tally => ({
  ...{ agent: "a", condition: "", status: "completed", passed: null, standing: "scored", why: "" },
  ...{ runs: 1, score: 0, tokens: 0, priced: 0, cost: 0 },
  ...change,
});

const experiment: Experiment = {
  ...{ id: "e", name: null, file: null, sources: [], trials: 1, limits: {}, cells: 10, jobs: 2, who: "ada" },
  subjects: { kind: "benchmark", count: 5, ids: [] },
  agents: ["a", "b"].map((name) => ({ name, kind: "model" as const, digest: "", model: null, reference: false })),
  conditions: [{ name: null, set: {} }],
  seeds: { mode: "paired", base: 1 },
  plannedAt: "2026-11-22T10:00:00.000Z",
  position: 1,
  tallies: [
    tally({ passed: true, runs: 4, score: 4_000_000_000, tokens: 100, priced: 2, cost: 300_000_000 }),
    tally({ agent: "b", passed: false, runs: 1, score: 500_000_000 }),
    tally({ agent: "b", status: "timed_out", standing: "zero", why: "limit:wall_s", runs: 1 }),
    tally({ agent: "b", status: "failed", standing: "unscored", why: "runner", runs: 1 }),
    tally({ agent: "b", status: "running", standing: "open", runs: 1 }),
    tally({ agent: "b", status: "queued", standing: "open", runs: 1 }),
  ],
};

test("planned cells are the denominator, and what the agent broke counts as 0", () => {
  const summary = summarize(experiment);
  expect(summary).toMatchObject({
    ...{ planned: 10, deleted: 1, queued: 1, running: 1, paused: 0, ended: 7 },
    ...{ scored: 6, passed: 4, below: 2, countedAsZero: { "limit:wall_s": 1 }, unscored: { runner: 1 } },
    ...{ passRate: 0.4, mean: 0.75, tokens: 100 },
  });
  expect(summary.costUsd).toBeCloseTo(0.3, 9);
  expect(summary.interval[0]).toBeLessThan(0.4);
});

test("each agent has its own planned cells and rates; an unknown cost stays unknown", () => {
  const [a, b] = groupsOf(experiment).map((group) => summarize(experiment, group));
  expect(a).toMatchObject({ planned: 5, passed: 4, passRate: 0.8, mean: 1 });
  expect(b).toMatchObject({ planned: 5, passed: 0, passRate: 0, mean: 0.25, costUsd: null });
});

test("a group that has not begun has no mean", () => {
  expect(summarize({ ...experiment, tallies: [] })).toMatchObject({ mean: null, passRate: 0, deleted: 10 });
});
