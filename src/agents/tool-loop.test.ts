// The loop by itself, with hands that answer what they are told to: which messages a model is sent, and when it ends.

import { expect, test } from "vitest";
import type { ToolCall, ToolReply } from "../core/tool.ts";
import type { ModelCall, ModelReply, ModelRequest } from "../models/model.ts";
import type { AgentTask, EarlierStep, Hands } from "./agent.ts";
import { systemPrompt } from "./task-words.ts";
import { toolLoop } from "./tool-loop.ts";

const usage = { inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedInputTokens: null };
const nothing: ModelReply = {
  ...{ text: null, reasoning: null, calls: [], finish: "stop", model: "m", usage, firstTokenMs: null },
};
const says = (text: string): ModelReply => ({ ...nothing, text });
const call = (callId: string, tool: string, args: ModelCall["args"] = {}, argsText = "{}"): ModelCall => ({
  ...{ callId, tool, args, argsText },
});
const calls = (...made: ModelCall[]): ModelReply => ({ ...nothing, calls: made, finish: "tool-calls" });
const task: AgentTask = { prompt: "Do it.", tools: [], step: null, carry: "state", earlier: [], world: {} };

async function converse(replies: readonly ModelReply[], of: Partial<AgentTask> = {}) {
  const asked: ModelRequest[] = [];
  const made: ToolCall[] = [];
  const hands: Hands = {
    async call(one): Promise<ToolReply> {
      made.push(one);
      if (one.tool === "breaks") return { ok: false, error: { code: "tool.failed", message: "it broke" } };
      return { ok: true, result: { n: made.length } };
    },
    turn: async () => {},
    ask: async (request) => {
      asked.push(request);
      return replies[asked.length - 1] ?? nothing;
    },
    say: async () => {},
    signal: new AbortController().signal,
  };
  const ending = await toolLoop({ name: "m", params: {} }).act({ ...task, ...of }, hands);
  return { asked, made, ending };
}

test("all calls of a turn are made in their order, and each result goes back under its own id", async () => {
  const turn = calls(call("a", "look", { at: 1 }), call("b", "breaks"), call("c", "look", { at: 2 }));
  const { asked, made, ending } = await converse([turn, says("Done.")]);
  expect(made.map(({ tool }) => tool)).toEqual(["look", "breaks", "look"]);
  expect(asked[1]?.messages.slice(2)).toEqual([
    { role: "assistant", text: null, reasoning: null, calls: turn.calls },
    { role: "tool", callId: "a", tool: "look", result: { n: 1 }, isError: false },
    {
      role: "tool",
      callId: "b",
      tool: "breaks",
      result: { error: { code: "tool.failed", message: "it broke" } },
      isError: true,
    },
    { role: "tool", callId: "c", tool: "look", result: { n: 3 }, isError: false },
  ]);
  expect(ending).toEqual({ how: "finished", text: "Done." });
});

test("arguments that are no JSON object reach no tool and go back as an error", async () => {
  const { asked, made } = await converse([calls(call("a", "look", null, "{at: 1")), says("Sorry.")]);
  expect(made).toEqual([]);
  const error = { code: "tool.bad-arguments", message: "the arguments of look are no JSON object: {at: 1" };
  expect(asked[1]?.messages.at(-1)).toMatchObject({ callId: "a", result: { error }, isError: true });
});

test("what was asked does not change when the conversation goes on", async () => {
  const { asked } = await converse([calls(call("a", "look")), says("Done.")]);
  expect(asked[0]?.messages).toHaveLength(2);
});

test("it ends with what the model said last, and an answer that was cut or filtered is no answer", async () => {
  expect((await converse([nothing])).ending).toEqual({ how: "finished", text: null });
  expect((await converse([{ ...nothing, finish: "length" }])).ending.how).toBe("gave_up");
  expect((await converse([{ ...nothing, finish: "content-filter" }])).ending.how).toBe("gave_up");
});

const earlier: EarlierStep = {
  ...{ step: "swap", prompt: "Swap it.", status: "run", answer: "Swapped.", world: {} },
  said: [
    { role: "system", text: systemPrompt },
    { role: "user", text: "Swap it.\n\nAccounts: none" },
  ],
  replies: [calls(call("a", "look", null, "["), call("b", "look", { at: 7 }), call("c", "look")), says("Swapped.")],
  calls: [{ call: { tool: "look", args: { at: 7 } }, reply: { ok: true, result: "seen" } }],
};

test("a step that carries the conversation goes on with the messages of the steps before it, word by word", async () => {
  const { asked } = await converse([says("Paid.")], { carry: "conversation", earlier: [earlier], prompt: "Pay it." });
  const [request] = asked;
  expect(request?.messages.map(({ role }) => role)).toEqual([
    ...["system", "user", "assistant", "tool", "tool", "tool", "assistant", "user"],
  ]);
  expect(request?.messages[1]).toEqual(earlier.said[1]);
  expect(request?.messages[3]).toMatchObject({ callId: "a", isError: true });
  expect(request?.messages[4]).toMatchObject({ callId: "b", result: "seen", isError: false });
  // It was asked for and never made, and a provider refuses a call without a result.
  expect(request?.messages[5]).toMatchObject({ callId: "c", isError: true });
  expect(request?.messages[7]).toEqual({ role: "user", text: "Pay it." });
});

test("a step that carries the state is told what was done, in a conversation of its own", async () => {
  const { asked } = await converse([says("Paid.")], { earlier: [earlier], prompt: "Pay it." });
  const [, user] = asked[0]?.messages ?? [];
  expect(asked[0]?.messages).toHaveLength(2);
  expect(user).toMatchObject({
    text: 'So far:\n\nStep swap: Swap it.\n- look {"at":7} → "seen"\nYou said: Swapped.\n\nPay it.',
  });
});
