// A model plays the shipped benchmarks twice, once with their ground truth and once with another one: what it is told,
// every prompt, tool description and result, is the same to the letter. So nothing of the ground truth can be in it.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { toolLoop } from "../src/agents/tool-loop.ts";
import type { Benchmark } from "../src/benchmarks/benchmark.ts";
import { loadBenchmarks } from "../src/benchmarks/load.ts";
import type { Json } from "../src/core/document-value.ts";
import type { PlannedCall } from "../src/core/tool.ts";
import type { Model, ModelReply, ModelRequest } from "../src/models/model.ts";
import { placeUnderTest } from "../src/runner/place-under-test.ts";
import { play } from "../src/runner/play-benchmark.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
/** Of a file with thousands of cases; they differ by their variables alone. */
const casesPerFile = 2;

const suite = [...Map.groupBy(loadBenchmarks(["benchmarks"], root), ({ task }) => task.file).values()].flatMap(
  (cases) => cases.slice(0, casesPerFile),
);

/** Does what the solution does, a turn each, and keeps everything that it is asked. */
function playsSolution({ solution, steps }: Benchmark) {
  const asked: ModelRequest[] = [];
  const works = solution === null ? steps.map((step) => step.solution) : [solution];
  let work: readonly PlannedCall[] = [];
  const model: Model = {
    name: "played",
    provider: "test",
    async answer(request): Promise<ModelReply> {
      asked.push(structuredClone(request));
      if (request.messages.at(-1)?.role === "user") work = works.shift() ?? [];
      const [next, ...rest] = work;
      work = rest;
      const usage = { inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedInputTokens: null };
      const common = { reasoning: null, model: "played", usage, firstTokenMs: null };
      if (next === undefined) return { ...common, text: "Done.", calls: [], finish: "stop" };
      const args = next.args as Record<string, Json>;
      const call = { callId: `c${asked.length}`, tool: next.tool, args, argsText: JSON.stringify(args) };
      return { ...common, text: null, calls: [call], finish: "tool-calls" };
    },
  };
  return { model, asked };
}

/** All that the model was told, as text, without what no two runs of a program have alike: times and its folder. */
async function toldTo(benchmark: Benchmark, truths: Pick<Benchmark, "groundTruth" | "steps">): Promise<string[]> {
  const { model, asked } = playsSolution(benchmark);
  using place = placeUnderTest();
  const changed = { ...benchmark, ...truths };
  const agent = toolLoop({ name: "played", params: {} });
  const { result } = await play({ benchmark: changed, agent, model, place, limits: { turns: 60 } });
  expect(result.error).toBeNull();
  expect(result.outcome).toBe("completed");
  const isProgram = benchmark.task.environment === "workspace";
  return asked.map((request) => {
    const text = JSON.stringify(request, null, 1).replaceAll(place.home, "HOME");
    return isProgram ? text.replaceAll(/\d+\.\d+/g, "N") : text;
  });
}

/** A ground truth that has nothing in common with the benchmark's own. */
function otherTruth({ groundTruth, steps }: Benchmark): Pick<Benchmark, "groundTruth" | "steps"> {
  const declined = { type: "Declined", weight: 7, invariant: false, line: 1, fields: { type: "Declined" } };
  return {
    groundTruth: { ...groundTruth, assertions: [declined], expected_instructions: [], min_score: 0.25 },
    steps: steps.map(() => ({ weight: 3, groundTruth: null, solution: [] })),
  };
}

test.each(suite.map((benchmark) => [benchmark.id, benchmark] as const))("%s", async (_id, benchmark) => {
  const { groundTruth, steps } = benchmark;
  const [own, other] = [
    await toldTo(benchmark, { groundTruth, steps }),
    await toldTo(benchmark, otherTruth(benchmark)),
  ];
  expect(own.length).toBeGreaterThan(0);
  // A critical step that does not do what it is for ends a flow: after it there is nothing left to compare.
  expect(own).toEqual(other.slice(0, own.length));
  if (benchmark.task.flow === null) expect(other).toHaveLength(own.length);
});

test("every shipped file is among them, flows and all environments too", () => {
  expect(new Set(suite.map(({ task }) => task.environment))).toEqual(new Set(["solana", "text", "workspace"]));
  expect(suite.filter(({ task }) => task.flow !== null).length).toBeGreaterThanOrEqual(2);
});
