import { expect, test } from "vitest";
import { askModel, type ModelRetry } from "./ask-model.ts";
import { type Model, ModelCallError, type ModelReply } from "./model.ts";

const request = { messages: [], tools: [], params: {} };
const usage = { inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedInputTokens: null };
const reply: ModelReply = {
  text: "Yes.",
  reasoning: null,
  calls: [],
  finish: "stop",
  model: "m",
  usage,
  firstTokenMs: 1,
};

/** A model that fails so many times before it answers, and a clock that only waiting moves. */
function scene(failures: readonly Error[]) {
  let asked = 0;
  let clock = 1_000;
  const retries: ModelRetry[] = [];
  const model: Model = {
    name: "m",
    provider: "p",
    async answer() {
      asked += 1;
      clock += 100;
      const failure = failures[asked - 1];
      if (failure !== undefined) throw failure;
      return reply;
    },
  };
  const ask = (random: number, triesMax?: number) =>
    askModel(model, request, {
      callSeconds: 30,
      signal: AbortSignal.timeout(60_000),
      ...(triesMax !== undefined && { triesMax }),
      random: () => random,
      now: () => clock,
      onRetry: (retry) => void retries.push(retry),
      wait: async (ms) => {
        clock += ms;
      },
    });
  return { ask, retries, asked: () => asked };
}

const busy = (retryAfterMs: number | null = null) =>
  new ModelCallError("busy", { status: 429, isRetryable: true, retryAfterMs });

test("the waits double, a random part of them, and the time of all tries is counted", async () => {
  const { ask, retries } = scene([busy(), busy(), busy()]);
  expect(await ask(0.5)).toEqual({ reply, tries: 4, ms: 4 * 100 + 500 + 1_000 + 2_000 });
  expect(retries.map(({ waitMs }) => waitMs)).toEqual([500, 1_000, 2_000]);
});

test("no wait is longer than its limit", async () => {
  const { ask, retries } = scene(Array(9).fill(busy()));
  await ask(1, 10);
  expect(Math.max(...retries.map(({ waitMs }) => waitMs))).toBe(30_000);
});

test("what the provider asks to wait for is never waited less", async () => {
  const { ask, retries } = scene([busy(5_000), busy(5_000)]);
  await ask(0.5);
  expect(retries.map(({ waitMs }) => waitMs)).toEqual([5_500, 5_500]);
});

test("the last try is not waited after", async () => {
  const { ask, retries, asked } = scene(Array(4).fill(busy()));
  await expect(ask(0)).rejects.toMatchObject({ code: "provider.rate-limited", data: { tries: 4, ms: 400 } });
  expect({ asked: asked(), retries: retries.length }).toEqual({ asked: 4, retries: 3 });
});

test("a bug is not tried again and stays what it is", async () => {
  const bug = new TypeError("x is not a function");
  const { ask, asked } = scene([bug]);
  await expect(ask(0)).rejects.toBe(bug);
  expect(asked()).toBe(1);
});

test("a model that ignores its signal is left behind when its time is over", async () => {
  const deaf: Model = { name: "deaf", provider: "p", answer: () => new Promise(() => {}) };
  const asked = askModel(deaf, request, { callSeconds: 0.05, signal: AbortSignal.timeout(60_000), triesMax: 1 });
  await expect(asked).rejects.toMatchObject({ code: "provider.timeout", message: expect.stringContaining("0.05 s") });
});

test("a stop ends the wait between two tries with its own reason", async () => {
  const stop = new AbortController();
  const { promise: isWaiting, resolve: waits } = Promise.withResolvers<void>();
  const model: Model = { name: "m", provider: "p", answer: () => Promise.reject(busy(60_000)) };
  const asked = askModel(model, request, { callSeconds: 30, signal: stop.signal, onRetry: () => waits() });
  await isWaiting;
  stop.abort(new Error("limit met"));
  await expect(asked).rejects.toThrow("limit met");
});

test("a call that is stopped before it begins asks nobody", async () => {
  const { asked } = scene([]);
  const model: Model = { name: "m", provider: "p", answer: () => Promise.reject(new Error("asked")) };
  const signal = AbortSignal.abort(new Error("too late"));
  await expect(askModel(model, request, { callSeconds: 1, signal })).rejects.toThrow("too late");
  expect(asked()).toBe(0);
});
