import { expect, test } from "vitest";
import { costOf, priceOf } from "./prices.ts";

const usage = { inputTokens: 1_000_000, outputTokens: 100_000, reasoningTokens: 90_000, cachedInputTokens: 400_000 };

test("cached input has its own price, and what was thought is billed once, as output", () => {
  expect(costOf("glm-4.6", usage)).toBeCloseTo(0.6 * 0.6 + 0.4 * 0.11 + 0.1 * 2.2, 10);
});

test("where no price of cached input is known, it costs what input costs", () => {
  expect(costOf("mine", usage, { mine: { input: 2, output: 10 } })).toBeCloseTo(2 + 1, 10);
});

test("an unknown price is null and not 0: of a model, of a subscription, of tokens that nobody counted", () => {
  expect(costOf("openai:a-model-of-next-year", usage)).toBeNull();
  expect(costOf("glm-4.6-coding", usage)).toBeNull();
  expect(costOf("ollama:qwen3:8b", usage)).toBeNull();
  expect(costOf("glm-4.6", { ...usage, outputTokens: null })).toBeNull();
  expect(costOf("constructor", usage)).toBeNull();
});

test("a project's own price comes first, by the name of the agent or in full", () => {
  expect(priceOf("glm-4.6", { "glm-4.6": { input: 1, output: 2 } })).toEqual({ input: 1, output: 2 });
  expect(priceOf("glm-4.6", { "zai:glm-4.6": { input: 3, output: 4 } })).toEqual({ input: 3, output: 4 });
  expect(priceOf("zai:glm-4.6")).toMatchObject({ input: 0.6, output: 2.2 });
});
