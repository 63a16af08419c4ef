import { expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { parseBenchmark } from "./format.ts";

type Fields = Record<string, unknown>;
const truth = { answer_assertions: [{ type: "Equals", value: "x" }] };

function parse(flow: Fields[], rest: Fields = {}) {
  const fields = { description: "d", flow, ground_truth: {}, ...rest };
  return parseBenchmark(JSON.stringify(fields), "flow.yml");
}

function messageOf(flow: Fields[], rest: Fields = {}): string {
  try {
    parse(flow, rest);
  } catch (error) {
    if (error instanceof RunledgerError) return error.message;
    throw error;
  }
  throw new Error("the flow was accepted");
}

const step = (name: string | number, rest: Fields = {}) => ({ step: name, prompt: "p", ground_truth: truth, ...rest });

test("a flow is read with its defaults, and its ground truth stands apart from it", () => {
  const { task, steps, solution, groundTruth } = parse([step(1), step("two", { depends_on: [1], weight: 2 })]);
  expect(task.flow).toEqual([
    {
      ...{ step: "1", description: null, prompt: "p", depends_on: [], critical: true, timeout_s: null, carry: "state" },
    },
    {
      ...{ step: "two", description: null, prompt: "p", depends_on: ["1"], critical: true, timeout_s: null },
      carry: "state",
    },
  ]);
  expect(JSON.stringify(task)).not.toContain("Equals");
  expect(steps.map(({ weight, groundTruth: own }) => [weight, own?.assertions.length])).toEqual([
    [1, 1],
    [2, 1],
  ]);
  expect(solution).toBeNull();
  expect(groundTruth.assertions).toEqual([]);
});

test("a flow in which nothing could be earned is refused", () => {
  expect(messageOf([{ step: "a", prompt: "p" }])).toContain("nothing could be earned");
});

test("a step depends on earlier steps only, and its name is its own", () => {
  expect(messageOf([step("first"), step("b", { depends_on: ["frist"] })])).toContain("did you mean first?");
  expect(messageOf([step("a", { depends_on: ["b"] }), step("b")])).toContain('no earlier step is named "b"');
  expect(messageOf([step("a", { depends_on: ["a"] })])).toContain("flow[0].depends_on[0]");
  expect(messageOf([step("a"), step("a")])).toContain("the step a is there twice");
});

test("a flow stands instead of prompt and solution", () => {
  expect(messageOf([step("a")], { prompt: "p" })).toContain("cannot stand beside a flow");
  expect(messageOf([step("a")], { solution: [] })).toContain("cannot stand beside a flow");
});

test("a reference leads to an earlier step or call", () => {
  const solution = (reference: unknown) => [{ tool: "answer", args: { text: { $ref: reference } }, as: "said" }];
  const flow = (reference: unknown) => [
    step("a", { solution: solution("calls.said.result") }),
    step("b", { solution: solution(reference) }),
  ];
  expect(messageOf([step("a", { solution: solution("calls.said.result") })])).toContain("no call before this one");
  const told = (reference: unknown) => messageOf([step("a"), ...flow(reference).slice(1)]);
  expect(told("steps.b.answer")).toContain('no step before this one is named "b"');
  expect(told("step.a.answer")).toContain("must be calls.NAME.… or steps.NAME.…");
  expect(told("steps.a")).toContain("must be calls.NAME");
  expect(told(7)).toContain("must be calls.NAME");
  expect(parse([step("a"), step("b", { solution: solution("steps.a.answer") })]).steps[1]?.solution[0]).toMatchObject({
    args: { text: { $ref: "steps.a.answer" } },
    as: "said",
  });
});
