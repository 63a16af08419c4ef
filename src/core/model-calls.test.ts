// What a run's fold makes of model calls.
import { expect, test } from "vitest";
import { computeFields } from "./computed.ts";
import type { EventData, NewEvent } from "./events.ts";
import { type Run, usageOf } from "./run.ts";
import { digest, History, queued } from "./run-under-test.ts";

const asked = (callId: string, purpose: "agent" | "judge" = "agent"): NewEvent => ({
  type: "model.requested",
  data: { callId, model: "glm-4.6", provider: "zai", purpose, request: digest, messages: 2, tools: 40, triesMax: 4 },
});
const answered = (callId: string, change: Partial<EventData<"model.answered">> = {}): NewEvent => ({
  type: "model.answered",
  data: {
    ...{ callId, model: "glm-4.6", purpose: "agent", text: "ok", reasoning: null, calls: [], finish: "stop" },
    usage: { inputTokens: 100, outputTokens: 20, reasoningTokens: 5, cachedInputTokens: null },
    ...{ costUsd: 0.25, ms: 900, firstTokenMs: 200, tries: 1, replayed: false },
    ...change,
  },
});

function after(...events: NewEvent[]): Run {
  const history = new History();
  history.append([{ type: "run.queued", data: queued() }]);
  history.claim();
  history.start();
  history.append(events);
  if (history.run === null) throw new Error("no run");
  return history.run;
}

test("tokens are what went in and what came out; reasoning is part of what came out", () => {
  const run = after(asked("1"), answered("1"), asked("2"), answered("2"));
  expect(usageOf(run)).toEqual({ tokens: 240, costUsd: 0.5, modelCalls: 2, toolCalls: 0 });
});

test("a model without a known price leaves the cost unknown", () => {
  expect(usageOf(after(asked("1"), answered("1", { costUsd: null })))).toMatchObject({ tokens: 120, costUsd: null });
});

test("what a judge uses is not the agent's, and a replayed answer uses nothing", () => {
  const judged = answered("1", { purpose: "judge" });
  const run = after(asked("1", "judge"), judged, asked("2"), answered("2", { replayed: true }));
  expect(usageOf(run)).toEqual({ tokens: 0, costUsd: null, modelCalls: 0, toolCalls: 0 });
});

test("a call that came to nothing is a call", () => {
  const error = { code: "provider.failed", origin: "provider" as const, message: "500" };
  const failed: NewEvent = {
    type: "model.failed",
    data: { callId: "1", purpose: "agent", error, status: 500, tries: 4, ms: 9000 },
  };
  const run = after(asked("1"), failed);
  expect(usageOf(run).modelCalls).toBe(1);
  expect(run.openCalls).toEqual([]);
});

test("a run says which model it waits on, which try that is and what became of the one before", () => {
  const retried: NewEvent = {
    type: "model.retried",
    data: { callId: "1", try: 2, triesMax: 4, cause: "429", status: 429, waitMs: 1000 },
  };
  const run = after(asked("1"), retried);
  const nowMs = Date.parse("2026-11-22T10:00:09.000Z");
  const { waitingOn } = computeFields(run, { isWorkerAlive: true, isRunnerAlive: true, nowMs });
  expect(waitingOn).toMatchObject({ what: "model glm-4.6", ms: 9000, note: "try 2 of 4: 429" });
  expect(after(asked("1"), retried, answered("1")).openCalls).toEqual([]);
});
