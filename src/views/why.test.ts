import { expect, test } from "vitest";
import { madeStart, makeGoodRun, makeStream, queuedBenchmark } from "./made-events.ts";
import { plainTones } from "./tone.ts";
import { stepsOf, whyTable, whyTabs } from "./why.ts";

test("the steps begin at queued, end at the status, and each begins where the one before ended", () => {
  const { steps, run } = stepsOf(makeGoodRun().events);
  expect(steps[0]?.before).toBeNull();
  expect(steps.at(-1)?.after).toBe(run?.status);
  for (const [index, step] of steps.entries()) if (index > 0) expect(step.before).toBe(steps[index - 1]?.after);
});

test("work that moves nothing is left out, the evidence for a move is not", () => {
  const types = stepsOf(makeGoodRun().events).steps.map(({ event }) => event.type);
  expect(types).toEqual([
    "run.queued",
    "attempt.claimed",
    "attempt.started",
    "score.recorded",
    "attempt.ended",
    "run.completed",
  ]);
});

test("a first line without containment names none", () => {
  const { steps } = stepsOf(
    makeStream(queuedBenchmark).journal("attempt.started", { ...madeStart, containment: null }).events,
  );
  const details = steps.filter(({ event }) => event.type === "attempt.started").map((step) => whyTabs([step]).at(-1));
  expect(details).toEqual([expect.stringMatching(/first line: pid \d+$/)]);
});

test("both forms say from which status to which, and by what", () => {
  const error = {
    code: "runner.killed",
    origin: "runner" as const,
    message: "runner killed by SIGKILL, not by runledger",
  };
  const { steps } = stepsOf(makeStream(queuedBenchmark).conclude({ fact: "exit", error }).events);
  expect(plainTones(whyTable(steps, "utc").at(-1) ?? "")).toMatch(
    /run\.failed +starting → failed +runner\.killed: runner killed by SIGKILL/,
  );
  expect(whyTabs(steps).at(-1)?.split("\t").slice(3, 6)).toEqual(["run.failed", "starting", "failed"]);
});
