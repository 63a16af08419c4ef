import { expect, test } from "vitest";
import { agentSchema } from "../core/events.ts";
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
