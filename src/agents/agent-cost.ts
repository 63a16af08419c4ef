// What is known beforehand of what an agent's model will cost: a limit on cost needs a price.

import { RunledgerError } from "../core/errors.ts";
import { costOf } from "../models/prices.ts";
import type { ModelsConfig } from "../models/providers.ts";

/** Whether a cost could be told for a model's answers. */
export function hasPrice(name: string, { prices }: ModelsConfig): boolean {
  const one = { inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedInputTokens: null };
  return costOf(name, one, prices) !== null;
}

/** A limit that cannot be kept is none. @throws `provider.no-price` where a cost limit is to hold a model without a price */
export function refuseUnpriced(
  agent: { name: string; kind: string } | null,
  limits: { cost_usd: number | null },
  config: ModelsConfig,
): void {
  if (agent?.kind !== "model" || limits.cost_usd === null || hasPrice(agent.name, config)) return;
  const detail = `no price is known for ${agent.name}, so limits.cost_usd=${limits.cost_usd} could not be kept`;
  throw new RunledgerError("provider.no-price", detail, { data: { model: agent.name } });
}
