import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isExperimentText, parseExperiment } from "./experiment-format.ts";

test("a whole file is read, and what it leaves out has its default", () => {
  const text = "subjects: [suite]\nagents: [a, b]\nconditions: [{name: base}, {name: short, set: {limits.turns: 3}}]\n";
  expect(parseExperiment(text, "experiments/patience.yml")).toEqual({
    ...{ format: 1, id: "patience", subjects: ["suite"], agents: ["a", "b"], trials: 1, seeds: "paired", measures: [] },
    conditions: [
      { name: "base", set: {} },
      { name: "short", set: { "limits.turns": 3 } },
    ],
  });
});

describe("what is wrong is named with its place", () => {
  test.each([
    ["subject: [a]\n", 'patience.yml:1:1: subject: unknown key "subject"; did you mean subjects?'],
    ["subjects: []\n", "patience.yml:1:11: subjects"],
    ["subjects: [a]\ntrials: 0\n", "patience.yml:2:9: trials"],
    ["subjects: [a]\nid: other\n", 'patience.yml:2:5: id: must equal the file\'s name without its ending, "patience"'],
    ["subjects: [a]\nagents: [x, x]\n", "patience.yml:2:13: agents[1]: x is there twice"],
    ["subjects: [a]\nconditions: [{name: c, set: {limits.turn: 3}}]\n", 'unknown limit "turn"; did you mean turns?'],
    ["subjects: [a]\nconditions: [{name: c, set: {limits.turns: 0}}]\n", "conditions[0].set.limits.turns"],
    ["subjects: [a]\nconditions: [{name: c, set: {global_vars.well.default: 3}}]\n", "of a benchmark only limits.NAME"],
    ["subjects: [a]\nmeasures: [global.well@last]\n", "patience.yml:2:1: measures: is for simulations"],
  ])("%j", (text, says) => {
    expect(() => parseExperiment(text, "patience.yml")).toThrow(says);
  });
});

test("an experiment file is told from a benchmark by its subjects", () => {
  expect(isExperimentText("# why\nsubjects:\n  - a\n")).toBe(true);
  expect(isExperimentText("prompt: |\n  subjects: a\n")).toBe(false);
});

test("the example of the docs is one", () => {
  const page = readFileSync(new URL("../../docs/experiments.md", import.meta.url), "utf8");
  const [, example = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  expect(isExperimentText(example)).toBe(true);
  expect(parseExperiment(example, "patience.yml")).toMatchObject({ subjects: ["benchmarks/"], trials: 5 });
});
