// What models cost, in US dollars per million tokens, each with the page and the month it was read from. Prices change;
// a project's own (`prices` of its configuration) come first. A model that is missing here has no known price, which is
// shown as such and never as 0.

import type { ModelUsage } from "./model.ts";
import { fullModelName, parseModelName } from "./model-name.ts";

export type Price = {
  input: number;
  /** Thinking included: providers bill what a model thought as output. */
  output: number;
  /** Input that the provider had in its cache; as `input` where it is left out. */
  cachedInput?: number;
};

/** Prices by a model's name: as agents have it, or in full (`zai:glm-4.6`). */
export type PriceTable = Readonly<Record<string, Price>>;

const claudePage = "https://platform.claude.com/docs/en/about-claude/pricing";

/** Prices that were read somewhere, by the model's name in full. */
// biome-ignore format: a table reads as a table
export const knownPrices: Readonly<Record<string, Price & { source: string }>> = {
  "zai:glm-4.6": { input: 0.6, output: 2.2, cachedInput: 0.11, source: "https://www.pipellm.ai/llms/models/glm-4.6.md, the official price in March 2026" },
  "openai:gpt-5": { input: 1.25, output: 10, source: "https://deploybase.ai/articles/openai-pricing, March 2026" },
  "openai:gpt-5-mini": { input: 0.25, output: 2, cachedInput: 0.025, source: "https://developers.openai.com/api/docs/models/gpt-5-mini" },
  "openai:gpt-4.1": { input: 2, output: 8, cachedInput: 0.5, source: "https://hex.pm/packages/openai_responses/0.4.1/files/lib/responses/pricing.ex, June 2025" },
  "openai:gpt-4.1-mini": { input: 0.4, output: 1.6, cachedInput: 0.1, source: "https://hex.pm/packages/openai_responses/0.4.1/files/lib/responses/pricing.ex, June 2025" },
  "anthropic:claude-opus-5": { input: 5, output: 25, cachedInput: 0.5, source: claudePage },
  "anthropic:claude-opus-4-8": { input: 5, output: 25, cachedInput: 0.5, source: claudePage },
  "anthropic:claude-opus-4-7": { input: 5, output: 25, cachedInput: 0.5, source: claudePage },
  "anthropic:claude-opus-4-6": { input: 5, output: 25, cachedInput: 0.5, source: claudePage },
  "anthropic:claude-opus-4-5": { input: 5, output: 25, cachedInput: 0.5, source: claudePage },
  "anthropic:claude-sonnet-4-6": { input: 3, output: 15, cachedInput: 0.3, source: claudePage },
  "anthropic:claude-sonnet-4-5": { input: 3, output: 15, cachedInput: 0.3, source: claudePage },
  "anthropic:claude-haiku-4-5": { input: 1, output: 5, cachedInput: 0.1, source: claudePage },
  "google:gemini-2.5-flash": { input: 0.3, output: 2.5, source: "https://nicolalazzari.ai/articles/gemini-api-pricing-explained-2026" },
};

/** The price of a model; null where none is known. `prices` are a project's own. */
export function priceOf(model: string, prices: PriceTable = {}): Price | null {
  const full = fullNameOf(model);
  return ownPrice(prices, model) ?? ownPrice(prices, full) ?? ownPrice(knownPrices, full);
}

/**
 * US dollars of one answer; null where no price is known, or the provider did not count its tokens. Providers count
 * cached input within the input, and thinking within the output; each token is billed once.
 */
export function costOf(model: string, usage: ModelUsage, prices: PriceTable = {}): number | null {
  const price = priceOf(model, prices);
  const { inputTokens, outputTokens } = usage;
  if (price === null || inputTokens === null || outputTokens === null) return null;
  const cached = Math.min(usage.cachedInputTokens ?? 0, inputTokens);
  const input = (inputTokens - cached) * price.input + cached * (price.cachedInput ?? price.input);
  return (input + outputTokens * price.output) / 1_000_000;
}

function ownPrice(prices: PriceTable, name: string): Price | null {
  return Object.hasOwn(prices, name) ? (prices[name] ?? null) : null;
}

/** Names that mean no provider's model, such as those of a project's own agents, stand for themselves. */
function fullNameOf(model: string): string {
  try {
    return fullModelName(parseModelName(model));
  } catch {
    return model;
  }
}
