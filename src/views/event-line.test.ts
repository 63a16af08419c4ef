import { expect, test } from "vitest";
import type { LedgerEvent } from "../core/events.ts";
import { eventLine } from "./event-line.ts";
import { madeClaim, madeStart, makeGoodRun, makeStream, queuedBenchmark, queuedProgram } from "./made-events.ts";
import { evolveStory, type RunStory } from "./run-story.ts";
import { cleanForTerminal, plainTones } from "./tone.ts";

/** The live view of a whole stream, without times and tones. */
function linesOf(events: readonly LedgerEvent[]): string[] {
  let story: RunStory | null = null;
  const lines: string[] = [];
  for (const event of events) {
    story = evolveStory(story, event);
    const line = eventLine(event, story.run, "utc");
    if (line !== null) lines.push(plainTones(line).replace(/^ {2}\S+ {2}/, ""));
  }
  return lines;
}

test("a good run of 001 is told in seven lines, amounts in SOL", () => {
  expect(linesOf(makeGoodRun().events)).toEqual([
    "queued",
    "started      pid 48213, dist (auto), spare runner",
    "world        solana: 2 accounts, litesvm 1.5.0",
    "sol_transfer 0.1 SOL  USER_WALLET_PUBKEY → RECIPIENT_WALLET_PUBKEY",
    "submit       ok   150 CU   fee 5000 lamports   64WJ4eHR…gkYY",
    "scored       1.000000",
    "completed    passed, score 1.000000",
  ]);
});

test("a line begins with its event's own time, whole in UTC", () => {
  const { events, run } = makeStream(queuedBenchmark);
  expect(plainTones(eventLine(events[0] as LedgerEvent, run, "utc") ?? "")).toBe("  2026-11-22T10:00:00.100Z  queued");
});

test("progress, steps and logs of a program are told as it reported them", () => {
  const made = makeStream(queuedProgram)
    .journal("attempt.started", madeStart)
    .journal("step.started", { step: "train" })
    .journal("run.progressed", { done: 3, total: 10, message: "epoch 3" })
    .journal("log.written", { level: "warn", message: "slow disk" })
    .journal("step.failed", { step: "train", error: { code: "step.failed", origin: "agent", message: "diverged" } });
  expect(linesOf(made.events).slice(2)).toEqual([
    "step         train",
    "progress     3 of 10  epoch 3",
    "log          warn: slow disk",
    "step failed  train: diverged",
  ]);
});

test.each([
  ["pidns", "everything was seen gone"],
  ["sweep", "all that can be seen is gone"],
] as const)("a cancel under %s is told when it is asked for and when %s", (containment, gone) => {
  const made = makeStream(queuedProgram)
    .journal("attempt.started", { ...madeStart, containment })
    .command({ type: "cancel", graceMs: 5000 })
    .conclude({ fact: "killedCancel" });
  expect(linesOf(made.events).slice(2)).toEqual([
    "cancelling   asked by cli, 5.00 s to end by itself",
    `cancelled    ${gone}`,
  ]);
});

test("a retry by the policy says which try it is, when, and why", () => {
  const error = { code: "environment.failed", origin: "environment" as const, message: "the VM broke" };
  const made = makeStream({
    ...queuedBenchmark,
    retryPolicy: { retries: 2, backoffMs: 1000, origins: ["environment"] },
  })
    .journal("attempt.started", madeStart)
    .conclude({ fact: "er", error });
  expect(linesOf(made.events).at(-1)).toMatch(/^queued {7}retry 1 of 2 in \d\.\d+ s: the VM broke$/);
});

test("an unsupervised run is told with what showed it", () => {
  const made = makeStream(queuedProgram)
    .journal("attempt.started", madeStart)
    .command({
      type: "orphan",
      claimId: madeClaim.claimId,
      evidence: `the lock of worker worker-${madeClaim.claimId} is free`,
    });
  expect(linesOf(made.events).at(-1)).toBe("unsupervised the lock of worker 00000001 is free");
});

test("what an agent wrote stays on its line and carries no control character to the terminal", () => {
  const made = makeStream(queuedProgram).journal("log.written", {
    level: "info",
    message: "a\n  10:00 completed\x1b[2J\x9bred\u202e!",
  });
  const line = cleanForTerminal(linesOf(made.events).at(-1) ?? "");
  expect(line).toBe("log          a ⏎ 10:00 completed[2Jred!");
});

test("an event that this build does not know is no line and breaks nothing", () => {
  const made = makeStream(queuedBenchmark);
  const unknown = {
    ...(made.events[0] as LedgerEvent),
    seq: 9,
    type: "x.epoch",
    data: {},
    isUnknown: true,
  } as LedgerEvent;
  expect(eventLine(unknown, made.run, "utc")).toBeNull();
});
