// Events as bars of a timeline.

import { expect, test } from "vitest";
import { spansOf } from "../../dashboard/src/pages/run/spans.ts";
import type { EventBody } from "../../src/protocol/http-resources.ts";

test("a call is a bar from its beginning to its end, and a failed one says why", () => {
  const spans = spansOf([
    event(1, "tool.called", { callId: "a", tool: "look", args: { at: 3 } }),
    event(2, "tool.called", { callId: "b", tool: "pay", args: {} }),
    event(3, "tool.returned", { callId: "b", tool: "pay", ok: false, error: { message: "no funds" } }),
    event(4, "tool.returned", { callId: "a", tool: "look", ok: true }),
  ]);
  expect(spans.map(({ words, fromMs, toMs, outcome, detail }) => [words, fromMs, toMs, outcome, detail])).toEqual([
    ["look", 1, 4, "ok", "at=3"],
    ["pay", 2, 3, "failed", "no funds"],
  ]);
});

test("what has no end yet is open, and what began before the window is cut off at its edge", () => {
  const [step, call] = spansOf([
    event(7, "step.completed", { step: "load" }),
    event(8, "model.requested", { callId: "m", model: "glm", purpose: "agent" }),
  ]);
  expect(step).toMatchObject({ words: "step load", isCutOff: true, fromMs: 7, toMs: 7, outcome: "ok" });
  expect(call).toMatchObject({ words: "model glm", isCutOff: false, toMs: null, outcome: "open" });
});

test("with its attempt ends what was going on in it, however much later the next one begins", () => {
  const spans = spansOf([
    event(1, "attempt.started", {}),
    event(2, "tool.called", { callId: "a", tool: "look", args: {} }),
    event(5, "attempt.ended", { outcome: "failed", error: { message: "killed" } }),
    event(9, "run.retried", {}),
  ]);
  expect(spans.map(({ words, toMs, outcome, detail }) => [words, toMs, outcome, detail])).toEqual([
    ["attempt 1", 5, "failed", "killed"],
    ["look", 5, "left", ""],
    ["run.retried", 9, "ok", ""],
  ]);
});

test("events of other kinds and of types that nobody knows are no bars", () => {
  expect(
    spansOf([event(1, "run.progressed", { done: 1 }), event(2, "x.epoch", {}), event(3, "log.written", {})]),
  ).toEqual([]);
});

function event(seq: number, type: string, data: Record<string, unknown>): EventBody {
  const at = new Date(seq).toISOString();
  return { position: seq, runId: "r", seq, attempt: 1, v: 1, type, at, recordedAt: at, actor: "runner", data };
}
