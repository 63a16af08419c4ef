import { expect, test } from "vitest";
import { agentSchema } from "../core/events.ts";
import type { ProviderConfig } from "../models/providers.ts";
import { agentIdentity, makeAgent } from "./known-agents.ts";

const none = { calls: null, steps: [] };

test("the identity of an agent is what a run records about it, and is the same each time", () => {
  const identity = agentIdentity("deterministic");
  expect(agentSchema.parse(identity)).toMatchObject({ kind: "deterministic", model: null, reference: true });
  expect(agentIdentity("deterministic")).toEqual(identity);
});

test("an unknown agent is refused with the nearest name", () => {
  for (const ask of [() => agentIdentity("determinstic"), () => makeAgent("determinstic", { solution: none })]) {
    expect(ask).toThrowError(expect.objectContaining({ code: "agent.unknown", data: { nearest: ["deterministic"] } }));
  }
});

test("a benchmark without a solution cannot be played", () => {
  expect(() => makeAgent("deterministic", { solution: none })).toThrowError(
    expect.objectContaining({ code: "agent.failed" }),
  );
});

test("the digest of a model agent says how its provider is asked, wherever that stands", () => {
  const digestOf = (manner: Pick<ProviderConfig, "api" | "returnsReasoning" | "baseUrl">) => {
    const config = { providers: [{ name: "mine", keyVariable: null, ...manner }] };
    return agentIdentity("openai-compatible:mine:m", {}, config).digest;
  };
  const baseUrl = "http://127.0.0.1:1/v1";
  const plain = digestOf({ baseUrl });
  // What is left out is `chat`, without reasoning.
  expect(digestOf({ baseUrl: "http://127.0.0.1:2/v1", api: "chat", returnsReasoning: false })).toBe(plain);
  const others = [digestOf({ baseUrl, api: "responses" }), digestOf({ baseUrl, returnsReasoning: true })];
  expect(new Set([plain, ...others]).size).toBe(3);
});
