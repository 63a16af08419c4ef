import { expect, test } from "vitest";
import { computeFields } from "../core/computed.ts";
import { type MadeStream, madeClaim, madeStart, makeStream, queuedBenchmark, queuedProgram } from "./made-events.ts";
import { runReport } from "./run-report.ts";
import { foldStory } from "./run-story.ts";
import { plainTones } from "./tone.ts";

function reportOf(made: MadeStream, isWorkerAlive = true): string[] {
  const story = foldStory(made.events);
  if (story === null) throw new Error("no story");
  const nowMs = Date.parse("2026-11-22T10:00:10.000Z");
  const computed = computeFields(story.run, { isWorkerAlive, isRunnerAlive: true, nowMs });
  const lastOutput = ["paying", "paid"];
  return runReport(story, { computed, style: "utc", width: 80, sessionPath: null, lastOutput }).map(plainTones);
}

test("a running run says how long, who runs it, what it does and what it printed last", () => {
  const made = makeStream(queuedBenchmark)
    .journal("attempt.started", madeStart)
    .journal("step.started", { step: "pay" })
    .journal("run.progressed", { done: 3, total: 10 })
    .journal("tool.called", { callId: "1", tool: "spl_transfer", args: {} });
  const [head, ...rest] = reportOf(made);
  expect(head).toMatch(/^running · no score +9\.\d+ s so far, 1 attempt$/);
  expect(rest).toEqual([
    "",
    expect.stringMatching(/^ {2}Runner {3}pid \d+ · \S.* · live$/),
    expect.stringMatching(
      /^ {2}Doing {4}step pay since \S+Z · 3 of 10 · tool spl_transfer called \S+Z, no answer for 10 s$/,
    ),
    "  Said     paying",
    "           paid",
  ]);
});

test("one that is being stopped says who asked, when, and how long it may take", () => {
  const made = makeStream(queuedProgram)
    .journal("attempt.started", madeStart)
    .command({ type: "cancel", graceMs: 3_600_000 });
  expect(reportOf(made)[2]).toMatch(/^ {2}Cancel {3}asked by \S+ at \S+Z, 1 h to end by itself$/);
});

test("one that nobody supervises says so, and what becomes of it", () => {
  const made = makeStream(queuedProgram)
    .journal("attempt.started", madeStart)
    .command({ type: "orphan", claimId: madeClaim.claimId, evidence: "the lock is free" });
  expect(reportOf(made, false)[2]).toMatch(
    / · unsupervised since \S+Z; ends itself at \S+Z unless adopted: watch 7d20ee53$/,
  );
});
