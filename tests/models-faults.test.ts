// What goes wrong between a model and us, on every wire: what is tried again and when, what is not, and what a person
// is told at the end.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { RunledgerError } from "../src/core/errors.ts";
import { type AskOptions, askModel, type ModelRetry } from "../src/models/ask-model.ts";
import { openModel } from "../src/models/providers.ts";
import type { WireAnswer } from "../src/models/wire.fixture.ts";
import { startWireServer, type WireServer } from "../src/models/wire-server.fixture.ts";

const names = [
  "glm-4.6",
  "openai:gpt-5-mini",
  "openai:gpt-5-codex",
  "openai-compatible:own:some-model",
  "anthropic:claude-sonnet-4-5",
  "google:gemini-2.5-flash",
  "ollama:qwen3:8b",
] as const;
const request = { messages: [{ role: "user" as const, text: "What is there?" }], tools: [], params: {} };
const long = { text: "word ".repeat(50) };

type Outcome = { text: string | null; tries: number; error: RunledgerError | null; retries: ModelRetry[] };

/** Asks once, without waiting between tries; what was to be waited is in the retries. */
async function outcomeOf(server: WireServer, name: string, options: Partial<AskOptions> = {}): Promise<Outcome> {
  const model = await openModel(name, server.env, { providers: [server.own] });
  const retries: ModelRetry[] = [];
  try {
    const { reply, tries } = await askModel(model, request, {
      callSeconds: 30,
      signal: AbortSignal.timeout(60_000),
      random: () => 0,
      onRetry: (retry) => void retries.push(retry),
      wait: async () => {},
      ...options,
    });
    return { text: reply.text, tries, error: null, retries };
  } catch (error) {
    if (!(error instanceof RunledgerError)) throw error;
    return { text: null, tries: Number(error.data.tries), error, retries };
  }
}

async function played(name: string, answers: readonly WireAnswer[]): Promise<Outcome & { requests: number }> {
  await using server = await startWireServer(answers);
  return { ...(await outcomeOf(server, name)), requests: server.requests.length };
}

describe.each(names)("%s", (name) => {
  test("429 is tried again after what Retry-After asks for, in seconds or by date", async () => {
    const date = new Date(Date.now() + 40_000).toUTCString();
    const { text, tries, retries } = await played(name, [
      { status: 429, headers: { "retry-after": "7" } },
      { status: 429, headers: { "retry-after": date } },
      { status: 429, headers: { "retry-after": "86400" } },
      { text: "Oil." },
    ]);
    expect({ text, tries }).toEqual({ text: "Oil.", tries: 4 });
    expect(retries).toMatchObject([
      { try: 2, triesMax: 4, cause: "429", status: 429, waitMs: 7_000 },
      { try: 3, cause: "429", status: 429 },
      { try: 4, cause: "429", status: 429, waitMs: 60_000 },
    ]);
    expect(retries[1]?.waitMs).toBeGreaterThan(10_000);
    expect(retries[1]?.waitMs).toBeLessThanOrEqual(41_000);
  });

  test("429 to every try is an error of its own, with the provider's words", async () => {
    const { error, requests } = await played(name, Array(4).fill({ status: 429, message: "Quota is used up" }));
    expect(requests).toBe(4);
    expect(error).toMatchObject({ code: "provider.rate-limited", data: { origin: "provider", status: 429, tries: 4 } });
    expect(error?.message).toMatch(/^[^ ]+: 127\.0\.0\.1:\d+ answered 429: Quota is used up; 4 tries in \d+\.\d s$/);
  });

  test.each([500, 503])("%i is tried again", async (status) => {
    const { text, retries } = await played(name, [{ status, headers: { "retry-after": "2" } }, { text: "Oil." }]);
    expect(text).toBe("Oil.");
    expect(retries).toMatchObject([{ cause: `${status}`, status, waitMs: 2_000 }]);
  });

  test.each([400, 401, 403, 404, 422])("%i is not tried again", async (status) => {
    const { error, requests } = await played(name, [{ status, message: "No, not so" }, { text: "Oil." }]);
    expect(requests).toBe(1);
    expect(error).toMatchObject({ code: "provider.refused", data: { status, tries: 1 } });
    expect(error?.message).toContain(`answered ${status}: No, not so`);
  });

  test.each([
    ["breaks off", { ...long, breaksAfter: 5 }],
    ["just ends", { ...long, endsAfter: 5 }],
    ["ends before its first word", { ...long, endsAfter: 0 }],
    ["holds what is no JSON", { ...long, garblesAfter: 5 }],
  ] satisfies [string, WireAnswer][])(
    "an answer that %s is tried again, and never taken for whole",
    async (_, fault) => {
      const { text, tries, retries } = await played(name, [fault, { text: "Oil." }]);
      expect({ text, tries }).toEqual({ text: "Oil.", tries: 2 });
      expect(retries).toMatchObject([{ cause: "malformed", status: null }]);
      expect((await played(name, Array(4).fill(fault))).error).toMatchObject({ code: "provider.malformed" });
    },
  );

  test("an error within the answer is tried again, and its words are kept", async () => {
    const fault = { ...long, failsAfter: 3, message: "We are overloaded" };
    expect(await played(name, [fault, { text: "Oil." }])).toMatchObject({ text: "Oil.", tries: 2 });
    const { error } = await played(name, Array(4).fill(fault));
    expect(error?.message).toContain("We are overloaded");
  });

  test("silence is a timeout: of the first word, and of the last", async () => {
    for (const fault of [
      { ...long, firstTokenMs: 60_000 },
      { ...long, tokenMs: 5_000 },
    ]) {
      await using server = await startWireServer(() => fault);
      const { error, retries } = await outcomeOf(server, name, { callSeconds: 0.2, triesMax: 2 });
      expect(error).toMatchObject({ code: "provider.timeout", data: { status: null, tries: 2 } });
      expect(error?.message).toContain("no whole answer within 0.2 s (limits.model_call_s)");
      expect(retries).toMatchObject([{ cause: "timeout" }]);
      await vi.waitFor(() => expect(server.underWay()).toBe(0), { timeout: 20_000 });
    }
  });

  test("a stop ends the call at once, in the middle of an answer, and closes its connection", async () => {
    await using server = await startWireServer(() => ({ ...long, tokenMs: 5_000 }));
    const stop = new AbortController();
    const asked = outcomeOf(server, name, { signal: stop.signal });
    await vi.waitFor(() => expect(server.requests.length).toBe(1), { timeout: 20_000 });
    stop.abort(new Error("the run was cancelled"));
    await expect(asked).rejects.toThrow("the run was cancelled");
    await vi.waitFor(() => expect(server.underWay()).toBe(0), { timeout: 20_000 });
    expect(server.requests.length).toBe(1);
  });

  test("a server that is not there is said to be unreachable", async () => {
    const server = await startWireServer([]);
    await server.close();
    const { error, retries } = await outcomeOf(server, name);
    expect(error).toMatchObject({ code: "provider.unreachable", data: { status: null, tries: 4 } });
    expect(error?.message).toMatch(/no connection to 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
    expect(retries.map(({ cause }) => cause)).toEqual(["unreachable", "unreachable", "unreachable"]);
  });

  test("a web page is no answer, and the base URL is what is asked about", async () => {
    const page = { body: "<html>Sign in</html>", headers: { "content-type": "text/html; charset=utf-8" } };
    const { error, requests } = await played(name, [page]);
    expect({ code: error?.code, requests }).toEqual({ code: "provider.malformed", requests: 1 });
    expect(error?.message).toMatch(/a web page; is http:.+ the URL of the API\?/);
  });

  test("an answer without end is cut at a limit", async () => {
    const { error } = await played(name, [{ body: "x".repeat(33 * 1024 * 1024) }]);
    expect(error).toMatchObject({ code: "provider.malformed" });
    expect(error?.message).toMatch(/more than (32|4) MiB/);
  });

  test("a redirect is not followed, so that no key goes where nobody meant it to", async () => {
    await using elsewhere = await startWireServer([{ text: "Got it." }]);
    await using server = await startWireServer([{ status: 307, headers: { location: `${elsewhere.url}/api/chat` } }]);
    const { error } = await outcomeOf(server, name);
    expect(error).toMatchObject({ code: "provider.refused", data: { status: 307, tries: 1 } });
    expect(error?.message).toContain(`a redirect to ${elsewhere.url}, which is not followed`);
    expect(elsewhere.requests).toEqual([]);
  });
});

test("each model sends its own key to its own place, and no other key", async () => {
  await using server = await startWireServer(() => ({ text: "Oil." }));
  for (const name of [...names, "glm-4.6-coding"]) expect((await outcomeOf(server, name)).text).toBe("Oil.");
  const keys = Object.entries(server.env).filter(([variable]) => variable.endsWith("KEY"));
  const sent = server.requests.map(({ path, headers, body }) => {
    const text = JSON.stringify([headers, body]);
    return [path, keys.filter(([, key]) => text.includes(key)).map(([variable]) => variable)];
  });
  expect(sent).toEqual([
    ["/api/paas/v4/chat/completions", ["ZAI_API_KEY"]],
    ["/openai/v1/chat/completions", ["OPENAI_API_KEY"]],
    ["/openai/v1/responses", ["OPENAI_API_KEY"]],
    ["/own/chat/completions", ["OWN_KEY"]],
    ["/anthropic/v1/messages", ["ANTHROPIC_API_KEY"]],
    ["/google/v1beta/models/gemini-2.5-flash:streamGenerateContent", ["GOOGLE_GENERATIVE_AI_API_KEY"]],
    ["/api/chat", []],
    ["/api/coding/paas/v4/chat/completions", ["GLM_CODING_API_KEY"]],
  ]);
});

test("a wrong key is refused at once, and is not in the error even where the provider quotes it", async () => {
  const quotes = createServer((incoming, response) => {
    response.writeHead(401, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: `Incorrect API key: ${incoming.headers.authorization}` } }));
  });
  await new Promise<void>((resolve) => quotes.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(quotes.address() as AddressInfo).port}`;
  const model = await openModel("glm-4.6", { ZAI_API_KEY: "a-key-of-mine", ZAI_API_URL: url }, {});
  const asked = askModel(model, request, { callSeconds: 30, signal: AbortSignal.timeout(60_000) });
  await expect(asked).rejects.toMatchObject({
    code: "provider.refused",
    message: expect.stringContaining("Bearer [key]"),
  });
  quotes.closeAllConnections();
  await new Promise((resolve) => quotes.close(resolve));
});
