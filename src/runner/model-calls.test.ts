import { expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import type { Model, ModelReply, ModelRequest } from "../models/model.ts";
import { type AskedModel, askRecorded } from "./model-calls.ts";

const reply: ModelReply = {
  ...{ text: "Paris", reasoning: null, calls: [], finish: "stop", model: "m-1", firstTokenMs: null },
  usage: { inputTokens: 7, outputTokens: 3, reasoningTokens: null, cachedInputTokens: null },
};
const model: Model = { name: "m", provider: "p", answer: async () => reply };
const request: ModelRequest = { messages: [], tools: [], params: {} };

test("an answer that cannot be recorded was paid for: it stands in the journal, and the operator is told", async () => {
  const events: string[] = [];
  const record = () => {
    events.push("recording");
    throw new RunledgerError("recording.unwritable", "no space left");
  };
  const asked: AskedModel = { model, prices: undefined, isReplayed: false, callSeconds: null, record };
  const emit = async (type: string) => void events.push(type);
  const { signal } = new AbortController();
  const of = { callId: "model-1", purpose: "agent" as const, digest: `sha256:${"0".repeat(64)}`, emit, signal };
  await expect(askRecorded(asked, request, of)).rejects.toMatchObject({
    origin: "operator",
    cause: { code: "recording.unwritable" },
  });
  expect(events).toEqual(["model.requested", "model.answered", "recording"]);
});
