// The test server refuses what the providers refuse: without this, a wire test that passes would show nothing.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plays, startWireServer, type WireServer } from "./wire-server.fixture.ts";

let server: WireServer;
beforeAll(async () => {
  server = await startWireServer(() => ({ text: "Yes." }));
});
afterAll(() => server.close());

type Sent = { status: number; text: string };

async function send(path: string, headers: Record<string, string>, body: unknown): Promise<Sent> {
  const init = { method: "POST", headers: { "content-type": "application/json", ...headers } };
  const response = await fetch(`${server.url}${path}`, { ...init, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

const user = { role: "user", content: "Hi." };
const call = { id: "c1", type: "function", function: { name: "look", arguments: "{}" } };
const called = { role: "assistant", content: null, tool_calls: [call] };
const result = { role: "tool", tool_call_id: "c1", content: "seen" };

describe("OpenAI", () => {
  const key = { authorization: "Bearer openai-key-of-a-test" };
  const good = { model: "m", stream: true, messages: [user] };
  const path = "/openai/v1/chat/completions";

  test("takes what is in order, and streams", async () => {
    expect(await send(path, key, good)).toMatchObject({ status: 200, text: expect.stringContaining("data: [DONE]") });
    expect((await send(path, key, { ...good, messages: [user, called, result] })).status).toBe(200);
  });

  test.each([
    ["an unknown member", { ...good, max_token: 1 }, "Unrecognized request argument supplied: max_token"],
    [
      "an unknown member of a message",
      { ...good, messages: [{ ...user, reasoning_content: "x" }] },
      "reasoning_content",
    ],
    [
      "a result without its call's id",
      { ...good, messages: [user, called, { role: "tool", content: "x" }] },
      "tool_call_id",
    ],
    ["a result of no call", { ...good, messages: [user, result] }, "must be a response to a preceeding message"],
    [
      "a result of another call",
      { ...good, messages: [user, called, { ...result, tool_call_id: "c2" }] },
      "must be a response",
    ],
    ["a call without a result", { ...good, messages: [user, called, user] }, "did not have response messages: c1"],
    ["a call without a result at the end", { ...good, messages: [user, called] }, "did not have response messages: c1"],
    ["an unknown role", { ...good, messages: [{ role: "bot", content: "x" }] }, "Invalid value"],
    [
      "arguments that are no text",
      {
        ...good,
        messages: [user, { ...called, tool_calls: [{ ...call, function: { name: "look", arguments: {} } }] }],
      },
      "arguments",
    ],
    ["a temperature out of range", { ...good, temperature: 3 }, "temperature"],
    ["no messages", { ...good, messages: [] }, "messages"],
    ["a name of a tool with a dot", { ...good, tools: [{ type: "function", function: { name: "a.b" } }] }, "name"],
  ])("refuses %s", async (_, body, words) => {
    expect(await send(path, key, body)).toMatchObject({ status: 400, text: expect.stringContaining(words) });
  });

  test.each([{}, { authorization: "Bearer zai-key-of-a-test" }, { "x-api-key": "openai-key-of-a-test" }])(
    "refuses a request without its own key: %j",
    async (headers) => {
      expect((await send(path, headers as Record<string, string>, good)).status).toBe(401);
    },
  );

  test("has nothing at another path", async () => {
    expect((await send("/openai/chat/completions", key, good)).status).toBe(404);
  });
});

describe("OpenAI's responses", () => {
  const key = { authorization: "Bearer openai-key-of-a-test" };
  const good = { model: "gpt-5-codex", stream: true, store: false, input: [user] };
  const path = "/openai/v1/responses";
  const made = { type: "function_call", call_id: "c1", name: "look", arguments: "{}" };
  const output = { type: "function_call_output", call_id: "c1", output: "seen" };
  const thought = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "sealed" };
  const tool = { type: "function", name: "look", parameters: { type: "object" }, strict: false };

  test("takes what is in order, and streams", async () => {
    const sent = await send(path, key, { ...good, input: [user, thought, made, output], tools: [tool] });
    expect(sent).toMatchObject({ status: 200, text: expect.stringContaining("event: response.completed") });
  });

  test.each([
    ["messages", { ...good, messages: [user] }, "Unknown parameter: 'messages'."],
    ["a tool in the form of chat", { ...good, tools: [{ type: "function", function: { name: "look" } }] }, "tools.0"],
    ["a strict tool", { ...good, tools: [{ ...tool, strict: true }] }, "tools.0.strict"],
    ["a call without a result", { ...good, input: [user, made] }, "No tool output found for function call c1."],
    ["a result of no call", { ...good, input: [user, output] }, "No tool call found for function call output"],
    ["a thought that leads to nothing", { ...good, input: [thought, user] }, "without its required following item"],
  ])("refuses %s", async (_, body, words) => {
    expect(await send(path, key, body)).toMatchObject({ status: 400, text: expect.stringContaining(words) });
  });

  test.each([
    ["an item that was not kept", [user, { type: "item_reference", id: "msg_1" }]],
    ["a thought that was not sealed", [user, { ...thought, encrypted_content: null }, made, output]],
  ])("does not find %s", async (_, input) => {
    const words = "Items are not persisted when `store` is set to false";
    expect(await send(path, key, { ...good, input })).toMatchObject({
      status: 404,
      text: expect.stringContaining(words),
    });
  });

  test("has its models there alone", async () => {
    const chat = { model: "gpt-5-codex", stream: true, messages: [user] };
    const words = "only supported in v1/responses";
    const sent = await send("/openai/v1/chat/completions", key, chat);
    expect(sent).toMatchObject({ status: 404, text: expect.stringContaining(words) });
  });
});

test("GLM takes what its model thought back, and no seed", async () => {
  const key = { authorization: "Bearer coding-key-of-a-test" };
  const body = {
    model: "glm-4.6",
    stream: true,
    messages: [user, { ...called, reasoning_content: "I look." }, result],
  };
  const path = "/api/coding/paas/v4/chat/completions";
  expect((await send(path, key, body)).status).toBe(200);
  expect(await send(path, key, { ...body, seed: 1 })).toMatchObject({
    status: 400,
    text: expect.stringContaining("seed"),
  });
});

describe("Anthropic", () => {
  const key = { "x-api-key": "anthropic-key-of-a-test", "anthropic-version": "2023-06-01" };
  const use = { type: "tool_use", id: "t1", name: "look", input: {} };
  const used = { role: "assistant", content: [use] };
  const results = { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "seen" }] };
  const good = { model: "m", max_tokens: 10, stream: true, messages: [user, used, results] };
  const path = "/anthropic/v1/messages";
  const { max_tokens: _, ...unlimited } = good;

  test("takes what is in order, and streams", async () => {
    expect(await send(path, key, good)).toMatchObject({
      status: 200,
      text: expect.stringContaining("event: message_stop"),
    });
  });

  test.each([
    ["no max_tokens", unlimited, "max_tokens: Field required"],
    ["an unknown member", { ...good, seed: 1 }, "seed: Extra inputs are not permitted"],
    [
      "a first message of the assistant",
      { ...good, messages: [{ role: "assistant", content: "Hi." }] },
      'must use the \\"user\\" role',
    ],
    ["a role of its own for the system", { ...good, messages: [{ role: "system", content: "x" }] }, "messages.0"],
    ["a result of no call", { ...good, messages: [user, results] }, "unexpected `tool_use_id`"],
    [
      "a call without a result",
      { ...good, messages: [user, used, user] },
      "without `tool_result` blocks immediately after: t1",
    ],
    ["a call without a result at the end", { ...good, messages: [user, used] }, "without `tool_result` blocks"],
    [
      "a text before the result",
      { ...good, messages: [user, used, { role: "user", content: [{ type: "text", text: "x" }, ...results.content] }] },
      "must come first",
    ],
    [
      "an empty text",
      { ...good, messages: [{ role: "user", content: [{ type: "text", text: "" }] }] },
      "must be non-empty",
    ],
    [
      "a thought without its signature",
      { ...good, messages: [user, { role: "assistant", content: [{ type: "thinking", thinking: "x" }] }] },
      "signature",
    ],
    [
      "input that is no object",
      { ...good, messages: [user, { role: "assistant", content: [{ ...use, input: "x" }] }] },
      "input",
    ],
  ])("refuses %s", async (_, body, words) => {
    expect(await send(path, key, body)).toMatchObject({ status: 400, text: expect.stringContaining(words) });
  });

  test("refuses a request without its key, or without the version", async () => {
    expect((await send(path, { ...key, "x-api-key": "other" }, good)).status).toBe(401);
    const { "anthropic-version": _, ...unversioned } = key;
    expect((await send(path, unversioned, good)).status).toBe(400);
  });
});

describe("Google", () => {
  const key = { "x-goog-api-key": "google-key-of-a-test" };
  const asked = { role: "user", parts: [{ text: "Hi." }] };
  const calls = { role: "model", parts: [{ functionCall: { name: "look", args: {} } }] };
  const answers = { role: "user", parts: [{ functionResponse: { name: "look", response: { seen: 1 } } }] };
  const path = "/google/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse";

  test("takes what is in order, and refuses what is not", async () => {
    expect((await send(path, key, { contents: [asked, calls, answers] })).status).toBe(200);
    expect(await send(path, key, { contents: [asked], messages: [] })).toMatchObject({
      status: 400,
      text: expect.stringContaining("Unknown name"),
    });
    expect(await send(path, key, { contents: [asked, calls, asked] })).toMatchObject({
      status: 400,
      text: expect.stringContaining("the number of function response parts"),
    });
    expect((await send(path, {}, { contents: [asked] })).status).toBe(401);
  });
});

describe("Ollama", () => {
  const said = { role: "assistant", content: "", tool_calls: [{ function: { name: "look", arguments: {} } }] };
  const good = { model: "m", messages: [user, said, { role: "tool", tool_name: "look", content: "seen" }] };

  test("takes what is in order, members that it does not know too, and streams lines", async () => {
    expect(await send("/api/chat", {}, { ...good, anything: 1 })).toMatchObject({
      status: 200,
      text: expect.stringContaining('"done":true'),
    });
  });

  test.each([
    ["no model", { ...good, model: "" }, "model is required"],
    [
      "arguments that are text",
      { ...good, messages: [user, { ...said, tool_calls: [{ function: { name: "look", arguments: "{}" } }] }] },
      "arguments",
    ],
    [
      "a result of no call",
      { ...good, messages: [user, { role: "tool", tool_name: "look", content: "seen" }] },
      "which was not called",
    ],
    ["an unknown role", { ...good, messages: [{ role: "bot", content: "x" }] }, "role"],
  ])("refuses %s", async (_, body, words) => {
    expect(await send("/api/chat", {}, body)).toMatchObject({ status: 400, text: expect.stringContaining(words) });
  });
});

test("a scripted model makes its turns anew in each conversation, however many there are at once", async () => {
  await using scripted = await startWireServer(plays({ calls: [{ tool: "look" }] }, { text: "Done." }));
  const headers = { authorization: "Bearer openai-key-of-a-test" };
  const turn = async (messages: object[]) => {
    const body = JSON.stringify({ model: "m", stream: true, messages });
    const response = await fetch(`${scripted.url}/openai/v1/chat/completions`, { method: "POST", headers, body });
    return `${response.status} ${await response.text()}`;
  };
  const conversations = Array.from({ length: 20 }, async () => {
    expect(await turn([user])).toContain('"name":"look"');
    expect(await turn([user, called, result])).toContain("Done.");
    expect(await turn([user, called, result, called, result])).toContain("400 ");
  });
  await Promise.all(conversations);
  expect(scripted.requests).toHaveLength(60);
});
