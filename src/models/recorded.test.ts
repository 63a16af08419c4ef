import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ModelMessage, ModelReply, ModelRequest } from "./model.ts";
import { aboutRecording, clearRecording, openRecorder, openReplay } from "./recorded.ts";
import { requestDigest } from "./request-key.ts";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "recorded-"));
  file = join(folder, "recordings", "run.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
const usage = { inputTokens: 7, outputTokens: 3, reasoningTokens: null, cachedInputTokens: null };

function requestOf(...texts: string[]): ModelRequest {
  const messages = texts.map((text): ModelMessage => ({ role: "user", text }));
  return { messages, tools: [{ name: "look", description: "Looks.", parameters: {} }], params: { temperature: 0 } };
}

function replyOf(text: string): ModelReply {
  const calls = [{ callId: "c1", tool: "look", args: null, argsText: "{at" }];
  return {
    text,
    reasoning: "Hm – 油",
    calls,
    finish: "stop",
    model: "m-1",
    usage,
    firstTokenMs: 4.5,
    opaque: { a: [1] },
  };
}

function record(...answers: [string, ModelRequest, string][]): void {
  const recorder = openRecorder(file, { secrets: [] });
  for (const [model, request, text] of answers) recorder.record(model, request, replyOf(text));
}

test("a reply comes back as it was, from another process's file too", async () => {
  record(["m", requestOf("a"), "1"]);
  expect(await openReplay(file).model("m").answer(requestOf("a"), signal)).toEqual(replyOf("1"));
});

test("the nth asking of one request gets the nth answer, and after the last there is none", async () => {
  record(["m", requestOf("a"), "1"], ["m", requestOf("b"), "2"], ["m", requestOf("a"), "3"]);
  const model = openReplay(file).model("m");
  expect((await model.answer(requestOf("a"), signal)).text).toBe("1");
  expect((await model.answer(requestOf("a"), signal)).text).toBe("3");
  await expect(model.answer(requestOf("a"), signal)).rejects.toMatchObject({
    code: "replay.miss",
    message: expect.stringContaining("answers this request 2 times, and it was asked once more"),
  });
});

test("a recording makes room for another one, also one that was cut, and no other file does", async () => {
  clearRecording(file);
  record(["m", requestOf("a"), "1"]);
  for (const whole of [readFileSync(file), readFileSync(file).subarray(0, 9)]) {
    writeFileSync(file, whole);
    clearRecording(file);
    expect(existsSync(file)).toBe(false);
  }
  writeFileSync(file, '{"id":"fr","vars":{"country":"France"}}\n');
  expect(() => clearRecording(file)).toThrow("is there and no recording; it is not replaced");
  expect(existsSync(file)).toBe(true);
});

test("what a continued run has in its journal already is skipped", async () => {
  record(["m", requestOf("a"), "1"], ["m", requestOf("a"), "2"]);
  const { skip, model } = openReplay(file);
  skip("m", requestOf("a"));
  expect((await model("m").answer(requestOf("a"), signal)).text).toBe("2");
});

test("the order of members makes no other request, and each of them counts", () => {
  const request = requestOf("a");
  const turned = { params: request.params, tools: request.tools, messages: request.messages };
  expect(requestDigest(turned, "m")).toBe(requestDigest(request, "m"));
  expect(requestDigest(request, "m")).toMatch(/^sha256:[0-9a-f]{64}$/);
  const others = [{ ...request, params: {} }, { ...request, tools: [] }, requestOf("b")];
  expect(new Set([...others.map((other) => requestDigest(other, "m")), requestDigest(request, "n")]).size).toBe(4);
});

test.each([
  [requestOf("a", "b", "C"), "m", 'messages[2].text differs: recorded "c", asked "C"'],
  [requestOf("a", "b", "c", "d"), "m", 'messages[3] differs: recorded nothing, asked {"role":"user","text":"d"}'],
  [requestOf("a", "b", "c"), "n", 'model differs: recorded "m", asked "n"'],
  [{ ...requestOf("a", "b", "c"), params: { temperature: 1 } }, "m", "params.temperature differs: recorded 0, asked 1"],
  [{ ...requestOf("a", "b", "c"), tools: [] }, "m", "tools[0] differs"],
  [requestOf("x"), "m", 'messages[0].text differs: recorded "a", asked "x"'],
] satisfies [ModelRequest, string, string][])(
  "a miss names the first member that differs (%#)",
  async (asked, model, words) => {
    record(["m", requestOf("a"), "1"], ["m", requestOf("a", "b"), "2"], ["m", requestOf("a", "b", "c"), "3"]);
    await expect(openReplay(file).model(model).answer(asked, signal)).rejects.toMatchObject({
      code: "replay.miss",
      message: expect.stringContaining(words),
    });
  },
);

test("of two long texts the miss shows where they part", async () => {
  const begin = "the same words again and again ".repeat(20);
  record(["m", requestOf(`${begin}left and more ${begin}`), "1"]);
  const asked = openReplay(file)
    .model("m")
    .answer(requestOf(`${begin}right and more ${begin}`), signal);
  const error = await asked.catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ message: expect.stringMatching(/recorded ….*left and.*…, asked ….*right and.*…$/) });
  expect((error as Error).message.length).toBeLessThan(file.length + 300);
});

test("an empty recording has nothing to compare with", async () => {
  openRecorder(file, { secrets: [] }).record("m", requestOf("a"), replyOf("1"));
  writeFileSync(file, "");
  const asked = openReplay(file).model("m").answer(requestOf("a"), signal);
  await expect(asked).rejects.toMatchObject({
    code: "replay.miss",
    message: expect.stringContaining("holds no answers"),
  });
});

test("a line that would hold a secret is not written", () => {
  const recorder = openRecorder(file, { secrets: ['a "key"\\of mine', "abc"] });
  recorder.record("m", requestOf("abc is too short to be one"), replyOf("1"));
  expect(() => recorder.record("m", requestOf('see a "key"\\of mine'), replyOf("2"))).toThrow(
    expect.objectContaining({ code: "recording.holds-secret" }),
  );
  expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(1);
});

test("several recorders share a file", async () => {
  const recorders = [1, 2, 3].map(() => openRecorder(file, { secrets: [] }));
  for (const [index, recorder] of recorders.entries()) recorder.record("m", requestOf(`${index}`), replyOf(`${index}`));
  expect((await openReplay(file).model("m").answer(requestOf("2"), signal)).text).toBe("2");
});

test("a recording says of which run it is, if it was told", () => {
  openRecorder(file, { secrets: [], about: { seed: 7 } }).record("m", requestOf("a"), replyOf("1"));
  expect(aboutRecording(file)).toEqual({ seed: 7 });
  const other = join(folder, "other.jsonl");
  openRecorder(other, { secrets: [] }).record("m", requestOf("a"), replyOf("1"));
  expect(aboutRecording(other)).toBeNull();
});

test("a file that cannot be written says so", () => {
  writeFileSync(join(folder, "recordings"), "a file where a folder should be");
  expect(() => openRecorder(file, { secrets: [] }).record("m", requestOf("a"), replyOf("1"))).toThrow(
    expect.objectContaining({ code: "recording.unwritable" }),
  );
});

test.each([
  ["{", "this line is no JSON"],
  ["{}", "v: "],
  ['{"v":1,"key":"k","model":"m","request":{},"reply":{}}', "request: "],
])("what is no recording is refused with its line: %s", (line, words) => {
  record(["m", requestOf("a"), "1"]);
  writeFileSync(file, `${readFileSync(file, "utf8")}${line}\n`);
  expect(() => openReplay(file)).toThrow(
    expect.objectContaining({ code: "replay.unreadable", message: expect.stringContaining(`${file}:2: ${words}`) }),
  );
});

test("a recording that is not there is refused", () => {
  expect(() => openReplay(join(folder, "none.jsonl"))).toThrow(expect.objectContaining({ code: "replay.unreadable" }));
});
