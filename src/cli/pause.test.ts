import { expect, test } from "vitest";
import { madeStart, makeStream, queuedBenchmark } from "../views/made-events.ts";
import { outcomeWords } from "./pause.ts";

const pausing = () => makeStream(queuedBenchmark).journal("attempt.started", madeStart).command({ type: "pause" });

test("a run that was asked to pause is not said to have ended unless it has", () => {
  expect(outcomeWords(pausing().conclude({ fact: "ok" }).run)).toBe("it ended before the pause took effect");
  expect(outcomeWords(pausing().command({ type: "cancel", graceMs: 5000 }).run)).toBe("a cancel came after the pause");
  const resumed = pausing()
    .conclude({ fact: "pa", checkpoint: `sha256:${"0".repeat(64)}` })
    .command({ type: "resume", claim: null });
  expect([resumed.run.status, outcomeWords(resumed.run)]).toEqual([
    "queued",
    "it was paused, and has been resumed since",
  ]);
});
