import { expect, test } from "vitest";
import { cellCount, cellsOf, conditionOf, type ExperimentPlan, plannedEvent, seedOfTrial } from "./plan-experiment.ts";

const digest = `sha256:${"a".repeat(64)}`;
const agent = (name: string): ExperimentPlan["agents"][number] => ({
  identity: { name, kind: "scripted", digest, model: null, reference: true },
  params: { by: name },
});

const plan: ExperimentPlan = {
  id: "e",
  name: null,
  file: null,
  sources: ["suite"],
  subjects: ["s1", "s2"].map((id) => ({
    subject: { kind: "benchmark", id, digest },
    minScore: 1,
    limits: { turns: 10, tool_calls: 7 },
  })),
  agents: [agent("a1"), agent("a2")],
  conditions: [
    { name: "base", set: {} },
    { name: "short", set: { "limits.turns": 3 } },
  ],
  trials: 2,
  seedBase: 0xffff_ffff,
  jobs: 2,
  limits: { tool_calls: 5 },
  shared: {
    labels: { team: "x" },
    priority: "low",
    retryPolicy: { retries: 0, backoffMs: 0, origins: [] },
    params: {},
    who: "ada",
  },
};

test("the cells are the whole product, a round of trials after another, each with its seed", () => {
  const cells = [...cellsOf(plan)];
  expect(cells).toHaveLength(cellCount(plan));
  expect(
    cells.slice(0, 9).map((cell) => [cell.trial, cell.subject.id, conditionOf(cell), cell.agent?.name, cell.seed]),
  ).toEqual([
    [1, "s1", "base", "a1", 0xffff_ffff],
    [1, "s1", "base", "a2", 0xffff_ffff],
    [1, "s1", "short", "a1", 0xffff_ffff],
    [1, "s1", "short", "a2", 0xffff_ffff],
    [1, "s2", "base", "a1", 0xffff_ffff],
    [1, "s2", "base", "a2", 0xffff_ffff],
    [1, "s2", "short", "a1", 0xffff_ffff],
    [1, "s2", "short", "a2", 0xffff_ffff],
    [2, "s1", "base", "a1", 0],
  ]);
  expect(cells[3]?.params).toEqual({ by: "a2", condition: "short" });
});

test("limits of a condition lie over those of the file, and those of the command line over both", () => {
  const [base, , short] = [...cellsOf(plan)];
  expect([base?.limits.turns, base?.limits.tool_calls]).toEqual([10, 5]);
  expect([short?.limits.turns, short?.limits.tool_calls]).toEqual([3, 5]);
});

test("the event says what was planned, and names no more subjects than an event can hold", () => {
  const many = {
    ...plan,
    subjects: Array.from({ length: 5_000 }, () => plan.subjects)
      .flat()
      .slice(0, 5_000),
  };
  const event = plannedEvent(many);
  expect(event).toMatchObject({ cells: 40_000, trials: 2, subjects: { kind: "benchmark", count: 5_000 } });
  expect(JSON.stringify(event).length).toBeLessThan(64 * 1024);
});

test("seeds go on at 0 after the largest one", () => {
  expect([1, 2, 3].map((trial) => seedOfTrial(0xffff_fffe, trial))).toEqual([0xffff_fffe, 0xffff_ffff, 0]);
});
