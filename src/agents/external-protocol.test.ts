import { expect, test } from "vitest";
import { systemLimits } from "../core/system-limits.ts";
import { readProgramLine } from "./external-protocol.ts";

test.each([
  ["tokens", systemLimits.reportedTokensMax + 1],
  ["outputTokens", Number.MAX_SAFE_INTEGER],
  ["costUsd", 1e308],
])("a report of a model call with %s that no call has used is refused by its field", (field, value) => {
  const read = readProgramLine(JSON.stringify({ type: "usage", [field]: value }));
  expect(read).toMatchObject({ fault: expect.stringContaining(`usage: ${field}: Too big`) });
});
