// Every provider on a real wire: what a model is asked and what comes back, against a server that refuses what the
// provider's published reference refuses.

import { describe, expect, test } from "vitest";
import type { Json } from "../src/core/document-value.ts";
import { askModel } from "../src/models/ask-model.ts";
import type { ModelMessage, ModelReply, ModelRequest } from "../src/models/model.ts";
import { openModel } from "../src/models/providers.ts";
import type { WireAnswer } from "../src/models/wire.fixture.ts";
import { startWireServer, type WireScript, type WireServer } from "../src/models/wire-server.fixture.ts";

const names = [
  "glm-4.6",
  "glm-4.6-coding",
  "openai:gpt-5-mini",
  "openai:gpt-5-codex",
  "openai-compatible:own:some-model",
  "anthropic:claude-sonnet-4-5",
  "google:gemini-2.5-flash",
  "ollama:qwen3:8b",
] as const;
/** Those whose wire says what the model thought; OpenAI's chat completions keep it to themselves. */
const thinking = names.filter((name) => name !== "openai:gpt-5-mini");

const tools: ModelRequest["tools"] = [
  { name: "look", description: "Looks.", parameters: { type: "object", properties: { at: { type: "string" } } } },
  { name: "wait", description: "Waits.", parameters: { type: "object", properties: {} } },
];
const question: ModelMessage[] = [
  { role: "system", text: "Be brief." },
  { role: "user", text: "What is there? Wo ist das Öl – 油?" },
];

function requestOf(messages: readonly ModelMessage[], params: Record<string, Json> = {}): ModelRequest {
  return { messages, tools, params };
}

async function ask(server: WireServer, name: string, request: ModelRequest): Promise<ModelReply> {
  const model = await openModel(name, server.env, { providers: [server.own] });
  const options = { callSeconds: 30, signal: AbortSignal.timeout(60_000), triesMax: 1 };
  return (await askModel(model, request, options)).reply;
}

async function answered(name: string, answer: WireAnswer): Promise<{ reply: ModelReply; server: WireServer }> {
  await using server = await startWireServer([answer]);
  return { reply: await ask(server, name, requestOf(question)), server };
}

describe.each(names)("%s", (name) => {
  test("answers in text, whole to the last character, with its tokens and the model that answered", async () => {
    const answer = {
      text: "Öl im Faß – 油 🛢️ \n\tund sonst nichts.",
      model: "the-one-that-answered",
      usage: { input: 21, output: 9 },
    };
    // One byte at a time, so that characters come in pieces.
    const { reply } = await answered(name, { ...answer, pieceBytes: 1 });
    expect(reply).toMatchObject({ text: answer.text, reasoning: null, calls: [], finish: "stop", model: answer.model });
    expect(reply.usage).toMatchObject({ inputTokens: 21, outputTokens: 9, reasoningTokens: null });
    expect(reply.firstTokenMs).toBeGreaterThan(0);
  });

  test("calls several tools in one turn, each call its own", async () => {
    const calls = [
      { tool: "look", args: { at: "die Tür: „auf“\n" } },
      { tool: "look", args: { at: "1" } },
      { tool: "wait" },
    ];
    const { reply } = await answered(name, { calls });
    expect(reply.calls.map(({ tool, args }) => ({ tool, args }))).toEqual([
      { tool: "look", args: { at: "die Tür: „auf“\n" } },
      { tool: "look", args: { at: "1" } },
      { tool: "wait", args: {} },
    ]);
    expect(new Set(reply.calls.map(({ callId }) => callId)).size).toBe(3);
    expect(reply.finish).toBe("tool-calls");
  });

  test("goes on after the results of its calls, wrong ones included, in a form that the provider takes", async () => {
    const script: WireScript = ({ turn }) =>
      turn < 2
        ? {
            reasoning: "I look around.",
            text: "One moment.",
            calls: [{ tool: "look", args: { at: `${turn}` } }, { tool: "wait" }],
          }
        : { text: "Nothing is there." };
    await using server = await startWireServer(script);
    const messages = [...question];
    for (let turn = 0; turn < 2; turn += 1) {
      const { text, reasoning, calls, opaque } = await ask(server, name, requestOf(messages));
      messages.push({ role: "assistant", text, reasoning, calls, ...(opaque !== undefined && { opaque }) });
      for (const { callId, tool } of calls) {
        const isError = tool === "wait";
        messages.push({
          role: "tool",
          callId,
          tool,
          isError,
          result: isError ? { error: "no time" } : { seen: ["Öl"] },
        });
      }
    }
    expect(await ask(server, name, requestOf(messages))).toMatchObject({ text: "Nothing is there.", finish: "stop" });
    const said = server.requests.at(-1)?.messages ?? [];
    expect(said.filter(({ role }) => role === "tool").map(({ text }) => text)).toEqual([
      expect.stringContaining("Öl"),
      expect.stringContaining("no time"),
      expect.stringContaining("Öl"),
      expect.stringContaining("no time"),
    ]);
    expect(server.requests.at(-1)).toMatchObject({ turn: 2, tools: ["look", "wait"] });
  });

  test("takes thousands of tokens in one answer", async () => {
    const text = Array.from({ length: 5_000 }, (_, index) => `w${index}`).join(" ");
    const { reply } = await answered(name, { text, usage: { input: 1, output: 5_000 } });
    expect(reply.text).toBe(text);
    expect(reply.usage.outputTokens).toBe(5_000);
  });

  test("says why it stopped where that was the length", async () => {
    const stops: Record<string, string> = {
      "anthropic:claude-sonnet-4-5": "max_tokens",
      "google:gemini-2.5-flash": "MAX_TOKENS",
      "openai:gpt-5-codex": "max_output_tokens",
    };
    const { reply } = await answered(name, { text: "and so on and", stop: stops[name] ?? "length" });
    expect(reply.finish).toBe("length");
  });

  test("sends the parameters of the call", async () => {
    await using server = await startWireServer([{ text: "Yes." }]);
    await ask(server, name, requestOf(question, { maxOutputTokens: 77, topP: 0.5 }));
    expect(JSON.stringify(server.requests[0]?.body)).toMatch(
      /"(max_tokens|max_completion_tokens|max_output_tokens|maxOutputTokens|num_predict)":77/,
    );
  });
});

test.each(thinking)("%s keeps what it thought apart from what it said", async (name) => {
  const { reply } = await answered(name, { reasoning: "Hm, ein Faß. ", text: "A barrel." });
  expect(reply).toMatchObject({ text: "A barrel.", reasoning: "Hm, ein Faß. " });
});

test.each(names.filter((name) => !name.startsWith("ollama:")))(
  "%s counts thoughts and cached input where the provider does",
  async (name) => {
    const { reply } = await answered(name, {
      text: "A barrel.",
      usage: { input: 100, output: 50, reasoning: 30, cached: 60 },
    });
    expect(reply.usage).toMatchObject({ inputTokens: 100, outputTokens: 50, cachedInputTokens: 60 });
    // Anthropic's counts have no part of their own for thinking.
    expect(reply.usage.reasoningTokens).toBe(name.startsWith("anthropic:") ? null : 30);
  },
);

test.each(["glm-4.6", "openai:gpt-5-mini", "openai:gpt-5-codex", "ollama:qwen3:8b"])(
  "%s: tokens that nobody counted are not 0",
  async (name) => {
    const { reply } = await answered(name, { text: "A barrel.", usage: null });
    expect(reply.usage).toEqual({
      inputTokens: null,
      outputTokens: null,
      reasoningTokens: null,
      cachedInputTokens: null,
    });
  },
);

test.each(["glm-4.6", "openai:gpt-5-mini", "openai:gpt-5-codex", "anthropic:claude-sonnet-4-5"])(
  "%s: arguments that are no JSON object come as they came, and the conversation goes on",
  async (name) => {
    for (const argsText of ["[1]", '"at"']) {
      await using server = await startWireServer([{ calls: [{ tool: "look", argsText }] }, { text: "Sorry." }]);
      const { calls, text, reasoning, opaque } = await ask(server, name, requestOf(question));
      expect(calls).toMatchObject([{ tool: "look", args: null, argsText }]);
      const said: ModelMessage = { role: "assistant", text, reasoning, calls, ...(opaque !== undefined && { opaque }) };
      const callId = calls[0]?.callId ?? "";
      const result: ModelMessage = { role: "tool", callId, tool: "look", result: "no JSON object", isError: true };
      expect(await ask(server, name, requestOf([...question, said, result]))).toMatchObject({ text: "Sorry." });
    }
  },
);

test("a parameter that a model does not take is left out, and the reply says so", async () => {
  await using server = await startWireServer(() => ({ text: "Yes." }));
  const reply = await ask(server, "openai:gpt-5-mini", requestOf(question, { temperature: 0.5 }));
  expect(reply.warnings).toEqual([expect.stringContaining("temperature")]);
  expect(server.requests[0]?.body).not.toHaveProperty("temperature");
  expect(await ask(server, "glm-4.6", requestOf(question, { temperature: 0.5 }))).not.toHaveProperty("warnings");
});

test.each([
  [{ temprature: 1 }, 'there is no parameter "temprature" of a model call; did you mean temperature?'],
  [{ maxOutputTokens: "many" }, "maxOutputTokens: "],
])("a parameter that is none is refused before anything is sent: %j", async (params, words) => {
  await using server = await startWireServer([]);
  await expect(ask(server, "glm-4.6", requestOf(question, params))).rejects.toMatchObject({
    code: "model.bad-parameter",
    message: expect.stringContaining(words),
  });
  expect(server.requests).toEqual([]);
});

test("GLM gets back what it thought with the results of its calls, OpenAI's form has no place for it", async () => {
  const said: ModelMessage[] = [
    ...question,
    {
      role: "assistant",
      text: null,
      reasoning: "I look.",
      calls: [{ callId: "c1", tool: "look", args: {}, argsText: "{}" }],
    },
    { role: "tool", callId: "c1", tool: "look", result: "Oil.", isError: false },
  ];
  await using server = await startWireServer(() => ({ text: "Oil." }));
  await ask(server, "glm-4.6", requestOf(said));
  await ask(server, "openai:gpt-5-mini", requestOf(said));
  const [glm, openai] = server.requests.map(({ body }) => JSON.stringify(body));
  expect(glm).toContain('"reasoning_content":"I look."');
  expect(openai).not.toContain("I look.");
  expect(openai).toContain('"store":false');
});

test("Anthropic gets its thoughts back with their signature, and nobody else gets them", async () => {
  const calls = [{ tool: "look", args: { at: "door" } }];
  await using server = await startWireServer(({ turn }) =>
    turn === 0 ? { reasoning: "I look.", calls } : { text: "Oil." },
  );
  const first = await ask(server, "anthropic:claude-sonnet-4-5", requestOf(question));
  const { text, reasoning, opaque } = first;
  const messages: ModelMessage[] = [
    ...question,
    { role: "assistant", text, reasoning, calls: first.calls, ...(opaque !== undefined && { opaque }) },
    { role: "tool", callId: first.calls[0]?.callId ?? "", tool: "look", result: "Oil.", isError: false },
  ];
  await ask(server, "anthropic:claude-sonnet-4-5", requestOf(messages));
  await ask(server, "google:gemini-2.5-flash", requestOf(messages));
  const [, anthropic, google] = server.requests.map(({ body }) => JSON.stringify(body));
  expect(anthropic).toContain('{"type":"thinking","thinking":"I look.","signature":"signed:7"}');
  expect(google).not.toContain("signed:7");
});

test("OpenAI's responses get their thoughts back sealed, keep nothing, and nobody else gets the seal", async () => {
  const calls = [{ tool: "look", args: { at: "door" } }];
  await using server = await startWireServer(({ turn }) =>
    turn === 0 ? { reasoning: "I look.", calls } : { text: "Oil." },
  );
  const { text, reasoning, opaque, calls: called } = await ask(server, "openai:gpt-5-codex", requestOf(question));
  const messages: ModelMessage[] = [
    ...question,
    { role: "assistant", text, reasoning, calls: called, ...(opaque !== undefined && { opaque }) },
    { role: "tool", callId: called[0]?.callId ?? "", tool: "look", result: "Oil.", isError: false },
  ];
  await ask(server, "openai:gpt-5-codex", requestOf(messages));
  await ask(server, "glm-4.6", requestOf(messages));
  const [first, second, glm] = server.requests.map(({ body }) => JSON.stringify(body));
  expect(first).toContain('"store":false');
  expect(first).toContain('"include":["reasoning.encrypted_content"]');
  expect(second).toContain('"encrypted_content":"sealed:rs_0"');
  expect(glm).not.toContain("sealed:");
});

test.each([
  ["openai:gpt-5-pro", "/openai/v1/responses"],
  ["openai:o3-pro-2025-06-10", "/openai/v1/responses"],
  ["openai:gpt-5.1-codex-mini", "/openai/v1/responses"],
  ["openai:o4-mini-deep-research", "/openai/v1/responses"],
  ["openai:gpt-5", "/openai/v1/chat/completions"],
  ["openai:prodigy", "/openai/v1/chat/completions"],
])("%s is asked at %s", async (name, path) => {
  await using server = await startWireServer([{ text: "Yes." }]);
  await ask(server, name, requestOf(question));
  expect(server.requests.map((request) => request.path)).toEqual([path]);
});

test("a server of one's own is asked by the interface that the configuration names", async () => {
  await using server = await startWireServer(() => ({ text: "Yes." }));
  const signal = AbortSignal.timeout(60_000);
  for (const api of ["chat", "responses"] as const) {
    const model = await openModel("openai-compatible:own:m", server.env, { providers: [{ ...server.own, api }] });
    expect((await model.answer(requestOf(question), signal)).text).toBe("Yes.");
  }
  expect(server.requests.map(({ path }) => path)).toEqual(["/own/chat/completions", "/own/responses"]);
});
