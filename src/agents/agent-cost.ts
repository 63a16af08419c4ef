// What is known beforehand of what an agent's model will cost: a limit on cost needs a price.

import { RunledgerError } from "../core/errors.ts";
import { priceOf } from "../models/prices.ts";
import type { ModelsConfig } from "../models/providers.ts";

/** An agent as far as its price is concerned; `model` is the name in full of what it asks, or null. */
type Priced = { name: string; kind: string; model: string | null };

/** Whether a cost can be told for the agent's model. */
export function hasPrice({ name, model }: Priced, { prices }: ModelsConfig): boolean {
  return priceOf(model ?? name, prices) !== null;
}

/** A limit that cannot be kept is none. @throws `provider.no-price` where a cost limit is to hold a model without a price */
export function refuseUnpriced(agent: Priced | null, limits: { cost_usd: number | null }, config: ModelsConfig): void {
  if (agent?.kind !== "model" || limits.cost_usd === null || hasPrice(agent, config)) return;
  const detail = `no price is known for ${agent.name}, so limits.cost_usd=${limits.cost_usd} could not be kept`;
  throw new RunledgerError("provider.no-price", detail, { data: { model: agent.model ?? agent.name } });
}
