import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { canonicalJson, type Json } from "../core/document-value.ts";
import type { ModelMessage, ModelRequest } from "./model.ts";
import { requestDigest } from "./request-key.ts";

const messages: ModelMessage[] = [
  { role: "system", text: 'Be brief: ü\n"x"' },
  {
    role: "assistant",
    text: null,
    reasoning: null,
    calls: [{ callId: "a", tool: "t", args: { b: 1, a: [] }, argsText: "" }],
  },
  { role: "tool", callId: "a", tool: "t", result: { z: null, a: 1 }, isError: false },
];
const request: ModelRequest = {
  messages,
  tools: [{ name: "t", description: "d", parameters: { b: 1, a: 2 } }],
  params: { temperature: 0 },
};

test("the digest is that of the request's canonical JSON, each time that it is asked for", () => {
  const text = canonicalJson({ ...request, model: "m" } as unknown as Json);
  const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  expect(requestDigest(request, "m")).toBe(digest);
  expect(requestDigest({ ...request, messages: [...messages] }, "m")).toBe(digest);
  expect(requestDigest(structuredClone(request), "m")).toBe(digest);
  const empty = { messages: [], tools: [], params: {} };
  expect(requestDigest(empty, "m")).toBe(
    `sha256:${createHash("sha256")
      .update(canonicalJson({ ...empty, model: "m" }))
      .digest("hex")}`,
  );
});

test("another order of keys is the same request, anything else is another one", () => {
  const digest = requestDigest(request, "m");
  expect(requestDigest({ ...request, tools: [{ parameters: { a: 2, b: 1 }, description: "d", name: "t" }] }, "m")).toBe(
    digest,
  );
  expect(requestDigest(request, "n")).not.toBe(digest);
  expect(requestDigest({ ...request, params: {} }, "m")).not.toBe(digest);
  expect(requestDigest({ ...request, messages: messages.slice(1) }, "m")).not.toBe(digest);
});
