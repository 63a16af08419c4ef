import { expect, test } from "vitest";
import { systemLimits } from "./system-limits.ts";
import { addUsage, noUsage } from "./usage.ts";

test("an unknown cost stays unknown only while nothing known is added", () => {
  expect(addUsage(noUsage, { ...noUsage, tokens: 3 })).toMatchObject({ tokens: 3, costUsd: null });
  expect(addUsage({ ...noUsage, costUsd: 0.5 }, noUsage).costUsd).toBe(0.5);
});

test("whatever programs and servers say of themselves, an experiment's runs have a sum that a database can hold", () => {
  let used = noUsage;
  for (let calls = 0; calls < 2_000; calls += 1) {
    used = addUsage(used, { tokens: Number.MAX_SAFE_INTEGER, costUsd: 1e308, modelCalls: 1, toolCalls: 0 });
  }
  expect(used).toMatchObject({ tokens: systemLimits.runTokensMax, costUsd: systemLimits.runCostUsdMax });
  const cells = systemLimits.experimentCellsMax;
  expect(used.tokens * cells).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
  expect(BigInt(used.costUsd ?? 0) * 1_000_000_000n * BigInt(cells)).toBeLessThan(2n ** 63n);
});
