// Cells that belong together, and the flips between them.

import { expect, test } from "vitest";
import { type ComparedCell, compareExperiments, signTest } from "./compare-experiments.ts";

let runs = 0;
function cell(subject: string, agent: string, passed: boolean | null, of: Partial<ComparedCell> = {}): ComparedCell {
  runs += 1;
  const score = passed === null ? null : Number(passed);
  const ended = { status: "completed", standing: "scored", why: "" } as const;
  return { runId: `run-${runs}`, subject, agent, condition: null, trial: 1, ...ended, passed, score, ...of };
}

test("cells of the same subject, condition, trial and agent are held against each other, in A's order", () => {
  const a = [cell("pay", "x", false), cell("swap", "x", true), cell("pay", "y", true), cell("mint", "x", true)];
  const b = [
    cell("swap", "x", false),
    cell("pay", "y", true),
    cell("pay", "x", true),
    cell("pay", "x", true, { trial: 2 }),
  ];
  const { pairs, counts, onlyA, onlyB, sentence, pairedBy } = compareExperiments(a, b);
  expect(pairs.map(({ a: { subject, agent }, flip }) => [subject, agent, flip])).toEqual([
    ["pay", "x", "gained"],
    ["swap", "x", "lost"],
    ["pay", "y", "both-pass"],
  ]);
  expect([counts.gained, counts.lost, onlyA, onlyB, pairedBy]).toEqual([1, 1, 1, 1, "agent"]);
  expect(sentence).toBe("From A to B 1 cell is gained and 1 lost, of 3 pairs.");
});

test("two experiments of one agent each are compared though the agents are not the same", () => {
  const { pairedBy, counts } = compareExperiments([cell("pay", "x", false)], [cell("pay", "y", true)]);
  expect([pairedBy, counts.gained]).toEqual(["the only agent of each", 1]);
});

test("agents that only one of several has are left out, and counted", () => {
  const two = [cell("pay", "x", true), cell("pay", "y", true)];
  const { pairs, onlyA, onlyB } = compareExperiments(two, [cell("pay", "x", true), cell("pay", "z", true)]);
  expect([pairs.length, onlyA, onlyB]).toEqual([1, 1, 1]);
});

test("what has no verdict flips nothing, and is told", () => {
  const { counts, sentence } = compareExperiments(
    [cell("pay", "x", true), cell("swap", "x", null, { status: "lost", standing: "unscored", why: "runner" })],
    [cell("pay", "x", true), cell("swap", "x", true)],
  );
  expect(counts).toMatchObject({ "both-pass": 1, open: 1 });
  expect(sentence).toBe("No verdict flips in 2 pairs. 1 pair lacks a verdict.");
  expect(compareExperiments([], []).sentence).toBe("The two have no cell in common.");
});

test("what ended by its agent's doing without a score is below", () => {
  const timedOut = cell("pay", "x", null, { status: "timed_out", standing: "zero", why: "limit:wall_s" });
  expect(compareExperiments([timedOut], [cell("pay", "x", true)]).counts.gained).toBe(1);
});

test("the sign test is exact for few flips and has a number for many", () => {
  expect(signTest(0, 0)).toBeNull();
  expect(signTest(1, 1)).toBe(1);
  expect(signTest(5, 0)).toBeCloseTo(0.0625, 10);
  expect(signTest(9, 1)).toBeCloseTo(0.021484375, 10);
  expect(signTest(2_500, 2_400)).toBeGreaterThan(0.1);
  expect(signTest(10_000, 0)).toBe(0);
});
