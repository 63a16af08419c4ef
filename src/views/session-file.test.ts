// Session files: what their readers find in them, and that nothing in them is more than the events say.

import { describe, expect, test } from "vitest";
import { currentEvent, type EventData, type EventType, type LedgerEvent, type UnknownEvent } from "../core/events.ts";
import { effectiveLimits } from "../core/limits.ts";
import { foldRun, type Run } from "../core/run.ts";
import { collectSteps, sessionFile } from "./session-file.ts";

const runId = "01a201c5-bf07-7467-aa3d-b1f17d20ee53";

const digest = `sha256:${"0".repeat(64)}`;

function queuedData(change: Partial<EventData<"run.queued">> = {}): EventData<"run.queued"> {
  return {
    kind: "benchmark",
    subject: { kind: "benchmark", id: "001-sol-transfer", digest },
    agent: { name: "deterministic", kind: "deterministic", digest, model: null, reference: true },
    name: null,
    params: {},
    seed: 7,
    labels: {},
    priority: "normal",
    limits: effectiveLimits("benchmark"),
    retryPolicy: { retries: 0, backoffMs: 1000, origins: [] },
    experimentId: null,
    trial: 1,
    minScore: 1,
    againOf: null,
    imported: false,
    who: "tester",
    ...change,
  };
}

/** Events of one run, one second apart. */
function history() {
  const events: LedgerEvent[] = [];
  const add = (type: string, data: Record<string, unknown>, attempt: number | null = null): void => {
    const seq = events.length + 1;
    const at = new Date(Date.UTC(2026, 10, 22, 10, 0, seq)).toISOString();
    events.push(
      currentEvent({ position: seq, runId, seq, attempt, v: 1, type, at, recordedAt: at, actor: "runner", data }),
    );
  };
  return {
    events,
    add: <T extends EventType>(type: T, data: EventData<T>, attempt: number | null = 1) => add(type, data, attempt),
    addAny: add,
  };
}

const claimed = { worker: "w", place: { bootId: "b", pidns: "p" }, claimId: "c" };
const begun = { pid: 1, startTicks: 1, containment: "sweep", build: "source", spare: false, versions: {} } as const;
const ended = (outcome: "completed" | "lost") => ({
  outcome,
  evidence: {
    fact: "ok",
    seenBy: "supervisor" as const,
    finish: null,
    exit: null,
    killedFor: null,
    containment: null,
    memory: null,
    journal: null,
    lastStderr: null,
    note: null,
  },
  error: null,
  usage: { tokens: 0, costUsd: null, modelCalls: 0, toolCalls: 1 },
  score: null,
  passed: null,
  endedBy: null,
  checkpoint: null,
});

function fileOf(events: LedgerEvent[]) {
  const steps = collectSteps();
  for (const event of events) steps.take(event);
  return sessionFile(foldRun(events) as Run, steps.result());
}

function benchmarkRun() {
  const of = history();
  of.add("run.queued", queuedData(), null);
  of.add("attempt.claimed", claimed);
  of.add("attempt.started", begun);
  return of;
}

describe("the session file of a run that completed", () => {
  const of = benchmarkRun();
  of.add("step.started", { step: "pay", description: "send it" });
  of.add("tool.called", { callId: "1", tool: "sol_transfer", args: { lamports: "5" } });
  of.add("tool.returned", { callId: "1", tool: "sol_transfer", ok: true, result: { done: true }, ms: 3 });
  of.add("transaction.executed", {
    signature: "s",
    status: "success",
    landed: true,
    computeUnits: 150,
    feeLamports: "5000",
    slot: 1,
    instructions: [],
    logs: [],
    error: null,
  });
  of.add("step.completed", { step: "pay" });
  of.add("tool.called", { callId: "2", tool: "answer", args: {} });
  of.add("agent.finished", { how: "answered", text: "paid" });
  of.add("score.recorded", { score: 1, passed: true, minScore: 1 });
  of.add("attempt.ended", { ...ended("completed"), score: 1, passed: true, endedBy: "agent" });
  of.add("run.completed", { score: 1, passed: true, endedBy: "agent" }, null);
  const file = fileOf(of.events);

  test("names the run in the words of its readers", () => {
    expect(file).toMatchObject({
      execution_id: runId,
      session_id: runId,
      benchmark_id: "001-sol-transfer",
      agent_type: "deterministic",
    });
  });

  test("gives times in whole Unix seconds and as text, and the time that it took", () => {
    expect(file.started_at).toBe("2026-11-22T10:00:03.000Z");
    expect(file.start_time).toBe(Date.UTC(2026, 10, 22, 10, 0, 3) / 1000);
    expect(file.end_time).toBe(Date.UTC(2026, 10, 22, 10, 0, 13) / 1000);
    expect(file.final_result.execution_time_ms).toBe(9_000);
  });

  test("has the status, score and verdict of the ledger", () => {
    expect(file.final_result).toMatchObject({
      success: true,
      score: 1,
      status: "completed",
      data: { passed: true, ended_by: "agent", answer: { text: "paid" } },
    });
  });

  test("has each action and observation in the step that it was done in, and what was outside in one without a name", () => {
    expect(file.steps).toMatchObject([
      {
        step: 1,
        name: "pay",
        description: "send it",
        status: "completed",
        actions: [{ call_id: "1", tool: "sol_transfer", args: { lamports: "5" } }],
        observations: [
          { type: "tool_result", ok: true, result: { done: true } },
          { type: "transaction", signature: "s" },
        ],
      },
      { step: 2, name: null, status: "open", actions: [{ tool: "answer" }], observations: [] },
    ]);
  });
});

test("a score without a verdict is no success", () => {
  const of = benchmarkRun();
  of.add("score.recorded", { score: 1, passed: null, minScore: null });
  of.add("attempt.ended", ended("completed"));
  of.add("run.completed", { score: 1, passed: null, endedBy: "agent" }, null);
  expect(fileOf(of.events).final_result).toMatchObject({ success: false, score: 1, status: "completed" });
});

test("a run that was cancelled in the queue never began: no start, no time taken", () => {
  const of = history();
  of.add("run.queued", queuedData({ agent: null, kind: "command" }), null);
  of.add("run.cancelled", { noProcess: true }, null);
  const file = fileOf(of.events);
  expect(file).toMatchObject({ start_time: null, started_at: null, agent_type: "command", steps: [] });
  expect(file.final_result).toMatchObject({
    success: false,
    score: null,
    status: "cancelled",
    execution_time_ms: null,
  });
});

test("a try that begins anew leaves nothing of the one before it; one that goes on from a checkpoint keeps its steps", () => {
  const tellSteps = (why: "policy" | "orphaned") => {
    const of = benchmarkRun();
    of.add("step.started", { step: "first" });
    of.add("step.failed", { step: "first" });
    of.add("attempt.ended", why === "policy" ? ended("lost") : { ...ended("lost"), checkpoint: digest });
    of.add("run.retry_scheduled", { why, notBefore: null, error: null }, null);
    of.add("attempt.claimed", claimed, 2);
    of.add("step.started", { step: "second" }, 2);
    return fileOf(of.events).steps.map(({ name, status }) => [name, status]);
  };
  expect(tellSteps("policy")).toEqual([["second", "open"]]);
  expect(tellSteps("orphaned")).toEqual([
    ["first", "failed"],
    ["second", "open"],
  ]);
});

test("a step that was under way at a pause goes on where it was: what is done after it is in it, and it ends", () => {
  const of = benchmarkRun();
  const call = (callId: string, attempt: number) => of.add("tool.called", { callId, tool: "t", args: {} }, attempt);
  of.add("step.started", { step: "a" });
  call("call-1", 1);
  of.add("step.completed", { step: "a" });
  of.add("step.started", { step: "b" });
  call("call-2", 1);
  of.add("attempt.ended", { ...ended("completed"), outcome: "paused", checkpoint: digest });
  of.add("run.paused", { checkpoint: digest, held: false }, null);
  of.add("run.resumed", { checkpoint: digest }, null);
  of.add("attempt.claimed", claimed, 2);
  // A runner that is gone before its first line takes nothing away.
  of.add("attempt.ended", { ...ended("lost"), outcome: "given_back" }, 2);
  of.add("run.retry_scheduled", { why: "given_back", notBefore: null, error: null }, null);
  of.add("attempt.claimed", claimed, 3);
  of.add("attempt.started", begun, 3);
  call("call-3", 3);
  of.add("step.completed", { step: "b" }, 3);
  const told = fileOf(of.events).steps.map(({ name, status, actions }) => [name, status, actions.length]);
  expect(told).toEqual([
    ["a", "completed", 1],
    ["b", "completed", 2],
  ]);
});

test("work that was paused without a checkpoint begins anew, and its steps are those that it then tells", () => {
  const of = benchmarkRun();
  of.add("step.started", { step: "a" });
  of.add("attempt.ended", { ...ended("completed"), outcome: "paused" });
  of.add("run.paused", { checkpoint: null, held: false }, null);
  of.add("run.resumed", { checkpoint: null }, null);
  of.add("attempt.claimed", claimed, 2);
  of.add("attempt.started", begun, 2);
  of.add("step.started", { step: "a" }, 2);
  expect(fileOf(of.events).steps).toMatchObject([{ step: 1, name: "a", status: "open" }]);
});

test("events of a type that this build does not know are passed over", () => {
  const of = benchmarkRun();
  of.addAny("x.mine", { any: 1 }, 1);
  expect((of.events.at(-1) as UnknownEvent).isUnknown).toBe(true);
  expect(fileOf(of.events).steps).toEqual([]);
});

test("an end of a step that never began is passed over", () => {
  const of = benchmarkRun();
  of.add("step.completed", { step: "unknown" });
  expect(fileOf(of.events).steps).toEqual([]);
});

test("the file stays one that can be opened: what is too much is counted", () => {
  const of = benchmarkRun();
  for (let call = 0; call < 5_003; call += 1) of.add("tool.called", { callId: String(call), tool: "t", args: {} });
  const file = fileOf(of.events);
  expect(file.steps[0]?.actions.length).toBe(5_000);
  expect(file.omitted).toBe(3);
});
