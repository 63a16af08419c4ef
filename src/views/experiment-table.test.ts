import { expect, test } from "vitest";
import { endedLine } from "./experiment-table.ts";
import { madeStart, makeStream, queuedBenchmark } from "./made-events.ts";
import { plainTones } from "./tone.ts";

const shape = { hasAgents: false, hasConditions: false, hasTrials: false };

function lineOf(score: number, parts: Record<string, unknown>[]): string {
  const scoring = { profile: "outcome", parts: parts.map((part) => ({ type: "Command", weight: 1, ...part })) };
  const { run } = makeStream(queuedBenchmark)
    .journal("attempt.started", madeStart)
    .journal("score.recorded", { score, passed: false, minScore: 1, scoring })
    .conclude({ fact: "ok" });
  return plainTones(endedLine(run, { ended: 1, planned: 1, shape, at: "10:00:00" }));
}

test("a cell that did not pass says how many of its parts were earned; half of a weight is half a part", () => {
  expect(lineOf(0.5, [{ heldAfter: true }, { heldAfter: false }])).toContain("needs 1; 1 of 2 parts");
  expect(lineOf(0.75, [{ heldAfter: true }, { heldAfter: false, share: 0.5 }])).toContain("needs 1; 1.5 of 2 parts");
});
