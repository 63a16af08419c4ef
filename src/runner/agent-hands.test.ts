import { expect, test, vi } from "vitest";
import type { Agent } from "../agents/agent.ts";
import { toolLoop } from "../agents/tool-loop.ts";
import { RunledgerError } from "../core/errors.ts";
import { type Model, ModelCallError } from "../models/model.ts";
import type { Emit } from "./attempt-ports.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { acting, type PlayedEvent, pay, planned, play, submit } from "./play-benchmark.ts";

test("an agent's last word ends its work", async () => {
  const goesOn = acting(async (_task, hands) => {
    await hands.call({ tool: "decline", args: { reason: "too risky" } });
    await hands.call(pay(100_000_000));
    return { how: "finished", text: null };
  });
  const { result, dataOf } = await play({ agent: goesOn });
  expect(dataOf("tool.called")).toHaveLength(1);
  expect(dataOf("agent.finished")).toEqual([{ how: "declined", text: "too risky" }]);
  expect(result).toMatchObject({ outcome: "completed", endedBy: "agent" });
});

test("a limit of the agent's loop ends the agent, and the world is scored as it stands", async () => {
  const endless = (step: (hands: Parameters<Agent["act"]>[1]) => Promise<unknown>) =>
    acting(async (_task, hands) => {
      await hands.call(pay(100_000_000));
      await hands.call(submit);
      for (;;) await step(hands);
    });
  const looks = endless((hands) => hands.call(planned("get_balance", { pubkey: "USER_WALLET_PUBKEY" })));
  const calls = await play({ agent: looks, limits: { tool_calls: 5 } });
  expect(calls.result).toMatchObject({
    outcome: "completed",
    endedBy: "limit:tool_calls",
    score: 1,
    usage: { toolCalls: 5 },
  });
  expect(calls.dataOf("agent.finished")).toEqual([{ how: "limit", limit: "tool_calls" }]);
  const turns = await play({ agent: endless((hands) => hands.turn()), limits: { turns: 3 } });
  expect(turns.result).toMatchObject({ endedBy: "limit:turns", score: 1 });
  const silent = await play({ agent: endless(() => new Promise(() => {})), limits: { agent_s: 1 } });
  expect(silent.result).toMatchObject({ endedBy: "limit:agent_s", score: 1 });
});

test("a cancel is met before the next call, which is then not made", async () => {
  let looks = 0;
  const { result, dataOf } = await play({ control: { check: () => (++looks > 1 ? "cancel" : "go") } });
  expect(result).toMatchObject({ outcome: "cancelled", score: null, passed: null, endedBy: null });
  expect(dataOf("tool.called")).toHaveLength(1);
  expect(dataOf("score.recorded")).toEqual([]);
});

test("a fired signal stops an agent that calls nothing", async () => {
  const abort = new AbortController();
  const waits = acting(async (_task, hands) => {
    abort.abort();
    await new Promise((_, reject) => hands.signal.addEventListener("abort", () => reject(new Error("stopped"))));
    return { how: "finished", text: null };
  });
  expect((await play({ agent: waits, signal: abort.signal })).result.outcome).toBe("cancelled");
});

test("a paused run goes on from its checkpoint: no call is made twice, and the record is that of an unbroken run", async () => {
  const whole = await play();
  for (const pauseAt of [1, 2]) {
    let looks = 0;
    const paused = await play({ control: { check: () => (++looks >= pauseAt ? "pause" : "go") } });
    expect(paused.result).toMatchObject({ outcome: "paused", score: null });
    const resumed = await play({ checkpoint: paused.result.checkpoint });
    expect(resumed.result).toMatchObject({ outcome: "completed", score: 1, usage: { toolCalls: 3 - pauseAt } });
    const acts = (events: PlayedEvent[]) =>
      events
        .filter(({ type }) => /^(tool|transaction)\./.test(type))
        .map(({ type, data }) => ({ type, data: { ...data, ms: 0 } }));
    expect([...acts(paused.events), ...acts(resumed.events)]).toEqual(acts(whole.events));
    expect(resumed.dataOf("score.recorded")).toEqual(whole.dataOf("score.recorded"));
  }
});

test("a model that is paused again on its way back has lost nothing: no call is made and no answer asked for twice", async () => {
  const args = { from: "USER_WALLET_PUBKEY", to: "RECIPIENT_WALLET_PUBKEY", lamports: 100_000_000 };
  const pays = { callId: "a", tool: "sol_transfer", args, argsText: JSON.stringify(args) };
  const submits = { callId: "b", tool: "submit", args: {}, argsText: "{}" };
  let asked = 0;
  const model: Model = {
    ...{ name: "glm-4.6", provider: "zai" },
    async answer({ messages }) {
      asked += 1;
      const calls = messages.some(({ role }) => role === "tool") ? [] : [pays, submits];
      const usage = { inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedInputTokens: null };
      const said = { text: "Well.", reasoning: null, calls, finish: "stop", model: "glm-4.6" };
      return { ...said, usage, firstTokenMs: null };
    },
  };
  const agent = toolLoop({ name: "glm-4.6", params: {} });
  let isAsked = false;
  const emit: Emit = async (type, data) => {
    isAsked ||= type === "tool.returned" && (data as { tool: string }).tool === "submit";
  };
  const paused = await play({ agent, model, emit, control: { check: () => (isAsked ? "pause" : "go") } });
  expect(paused.result).toMatchObject({ outcome: "paused", usage: { modelCalls: 1, toolCalls: 2 } });
  const again = await play({ agent, model, checkpoint: paused.result.checkpoint, control: { check: () => "pause" } });
  expect(again.result).toMatchObject({ outcome: "paused", usage: { modelCalls: 0, toolCalls: 0 } });
  const { result, dataOf } = await play({ agent, model, checkpoint: again.result.checkpoint });
  expect(result).toMatchObject({ outcome: "completed", score: 1, usage: { modelCalls: 1, toolCalls: 0 } });
  expect([asked, dataOf("tool.called")]).toEqual([2, []]);
});

test("an agent that was paused has the time that was left to it, and no more", async () => {
  const slow = acting(async (_task, hands) => {
    await hands.call(pay(100_000_000));
    await hands.call(submit);
    return new Promise(() => {});
  });
  let looks = 0;
  const paused = await play({ agent: slow, control: { check: () => (++looks > 1 ? "pause" : "go") } });
  const kept = decodeCheckpoint(paused.result.checkpoint ?? new Uint8Array());
  expect(kept.actedS).toBeGreaterThan(0);
  const late = encodeCheckpoint({ ...kept, actedS: 599 });
  const { result } = await play({ agent: slow, limits: { agent_s: 600 }, checkpoint: late });
  expect(result).toMatchObject({ outcome: "completed", endedBy: "limit:agent_s", score: 1, usage: { toolCalls: 1 } });
});

test("the time that an agent takes to end once it is paused is none that it has acted", async () => {
  const hourS = 3_600;
  const agent: Agent = {
    ...acting(async (_task, hands) => {
      await hands.call(pay(100_000_000));
      await hands.call(submit);
      return { how: "finished", text: null };
    }),
    release: async () => {
      const nowMs = performance.now();
      vi.spyOn(performance, "now").mockReturnValue(nowMs + hourS * 1000);
    },
  };
  let looks = 0;
  const paused = await play({ agent, control: { check: () => (++looks > 1 ? "pause" : "go") } });
  vi.restoreAllMocks();
  expect(paused.result.outcome).toBe("paused");
  const { actedS } = decodeCheckpoint(paused.result.checkpoint ?? new Uint8Array());
  expect(actedS).toBeLessThan(hourS);
});

test("an agent that does other calls after the pause is at fault", async () => {
  let looks = 0;
  const paused = await play({ control: { check: () => (++looks > 1 ? "pause" : "go") } });
  const { result } = await play({ solution: [pay(1)], checkpoint: paused.result.checkpoint });
  expect(result).toMatchObject({ outcome: "failed", error: { origin: "agent", code: "agent.failed" } });
});

test("a run that waits to try its model again can be paused there; it asks anew when it goes on", async () => {
  const minuteMs = 60_000;
  let isBusy = true;
  const model: Model = {
    ...{ name: "glm-4.6", provider: "zai" },
    async answer() {
      const error = { status: 429, isRetryable: true, retryAfterMs: minuteMs };
      if (isBusy) throw new ModelCallError("too many requests", error);
      const usage = { inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedInputTokens: null };
      const said = { text: "Done.", reasoning: null, calls: [], finish: "stop", model: "glm-4.6" };
      return { ...said, usage, firstTokenMs: null };
    },
  };
  const agent = toolLoop({ name: "glm-4.6", params: {} });
  let isAsked = false;
  const retries: unknown[] = [];
  const failures: unknown[] = [];
  const emit: Emit = async (type, data) => {
    if (type === "model.retried") retries.push(data);
    if (type === "model.failed") failures.push(data);
    isAsked ||= retries.length > 0;
  };
  const paused = await play({ agent, model, emit, control: { check: () => (isAsked ? "pause" : "go") } });
  expect(paused.result).toMatchObject({ outcome: "paused", usage: { modelCalls: 0 } });
  expect(retries).toEqual([expect.objectContaining({ try: 2, status: 429 })]);
  expect(failures).toEqual([expect.objectContaining({ error: expect.objectContaining({ code: "model.stopped" }) })]);
  isBusy = false;
  const { result, dataOf } = await play({ agent, model, checkpoint: paused.result.checkpoint });
  expect(result).toMatchObject({ outcome: "completed", usage: { modelCalls: 1 } });
  expect(dataOf("model.requested")).toHaveLength(1);
});

test("a replay ends at the cost at which its original ended, and itself costs nothing", async () => {
  const dearModel = (answers: number): Model => {
    let asked = 0;
    return {
      ...{ name: "glm-4.6", provider: "zai" },
      async answer() {
        asked += 1;
        if (asked > answers) throw new RunledgerError("replay.miss", "the recording has no further answer");
        const usage = { inputTokens: 1_000_000, outputTokens: 0, reasoningTokens: null, cachedInputTokens: null };
        const args = { pubkey: "USER_WALLET_PUBKEY" };
        const look = { callId: `look-${asked}`, tool: "get_balance", args, argsText: JSON.stringify(args) };
        const said = { text: null, reasoning: null, calls: [look], finish: "tool-calls", model: "glm-4.6" };
        return { ...said, usage, firstTokenMs: null };
      },
    };
  };
  const agent = toolLoop({ name: "glm-4.6", params: {} });
  // A million tokens cost 0.60: the second answer is one too many.
  const limits = { cost_usd: 1 };
  const original = await play({ agent, limits, model: dearModel(9) });
  expect(original.result).toMatchObject({ outcome: "completed", endedBy: "limit:cost_usd" });
  expect(original.result.usage).toMatchObject({ modelCalls: 2, costUsd: 1.2 });
  const recorded = { agent, limits, isReplayed: true };
  const replay = await play({ ...recorded, model: dearModel(2) });
  expect(replay.result).toMatchObject({ outcome: "completed", endedBy: "limit:cost_usd", error: null });
  expect(replay.result.usage).toEqual({ ...original.result.usage, tokens: 0, modelCalls: 0, costUsd: null });
  expect(replay.dataOf("model.answered").map(({ costUsd }) => costUsd)).toEqual([null, null]);
  let looks = 0;
  const control = { check: () => (++looks > 3 ? ("pause" as const) : ("go" as const)) };
  const paused = await play({ ...recorded, model: dearModel(2), control });
  expect(paused.result.outcome).toBe("paused");
  expect(paused.dataOf("model.answered")).toHaveLength(1);
  const resumed = await play({ ...recorded, model: dearModel(1), checkpoint: paused.result.checkpoint });
  expect(resumed.result).toMatchObject({ outcome: "completed", endedBy: "limit:cost_usd" });
});
