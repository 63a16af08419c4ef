// What a run has used, and how usages add up.

import type { Usage } from "./events.ts";

export const noUsage: Usage = { tokens: 0, costUsd: null, modelCalls: 0, toolCalls: 0 };

/** Sum of two usages; an unknown cost stays unknown only while nothing known is added. */
export function addUsage(a: Usage, b: Usage): Usage {
  const costUsd = a.costUsd === null && b.costUsd === null ? null : (a.costUsd ?? 0) + (b.costUsd ?? 0);
  return {
    tokens: a.tokens + b.tokens,
    costUsd,
    modelCalls: a.modelCalls + b.modelCalls,
    toolCalls: a.toolCalls + b.toolCalls,
  };
}
