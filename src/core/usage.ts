// What a run has used, and how usages add up.

import type { Usage } from "./events.ts";
import { systemLimits } from "./system-limits.ts";

export const noUsage: Usage = { tokens: 0, costUsd: null, modelCalls: 0, toolCalls: 0 };

/**
 * Sum of two usages; an unknown cost stays unknown only while nothing known is added. Programs and servers say what they
 * like of themselves: a sum stays where databases can add up the runs of an experiment.
 */
export function addUsage(a: Usage, b: Usage): Usage {
  const { runTokensMax, runCostUsdMax } = systemLimits;
  const costUsd =
    a.costUsd === null && b.costUsd === null ? null : Math.min((a.costUsd ?? 0) + (b.costUsd ?? 0), runCostUsdMax);
  return {
    tokens: Math.min(a.tokens + b.tokens, runTokensMax),
    costUsd,
    modelCalls: a.modelCalls + b.modelCalls,
    toolCalls: a.toolCalls + b.toolCalls,
  };
}

/** What was used beyond a part of it. */
export function usageBeyond(whole: Usage, part: Usage): Usage {
  const { costUsd } = whole;
  return {
    tokens: Math.max(0, whole.tokens - part.tokens),
    costUsd: costUsd === null ? null : Math.max(0, costUsd - (part.costUsd ?? 0)),
    modelCalls: Math.max(0, whole.modelCalls - part.modelCalls),
    toolCalls: Math.max(0, whole.toolCalls - part.toolCalls),
  };
}
