import { expect, test } from "vitest";
import { type Laned, laneOf, lanePartsOf, readLane } from "./lane.ts";
import { digest } from "./run-under-test.ts";

function laned(model: string | null, labels: Record<string, string> = {}): Laned {
  return { kind: "benchmark", agent: { name: "a", kind: "model", digest, model, reference: false }, labels };
}

test("a lane reads back as what it was written from, whatever the labels hold", () => {
  const run = laned("openai:gpt-5", { 'b"\n': "ü", a: "x=1", "": "" });
  expect(readLane(laneOf(run))).toEqual(lanePartsOf(run));
  expect(readLane(laneOf({ kind: "command", agent: null, labels: {} }))).toEqual({
    kind: "command",
    agent: null,
    provider: null,
    labels: [],
    needs: [],
  });
});

test("a lane holds what agent and subject need, each once, and is written as ever where they need nothing", () => {
  const { agent } = laned("zai:glm-4.6");
  if (agent === null) throw new Error("the run has an agent");
  const needy: Laned = {
    ...laned("zai:glm-4.6"),
    agent: { ...agent, needs: ["ZAI_API_KEY"] },
    subject: { needs: ["OPENAI_API_KEY", "ZAI_API_KEY"] },
  };
  expect(readLane(laneOf(needy)).needs).toEqual(["OPENAI_API_KEY", "ZAI_API_KEY"]);
  expect(laneOf(laned(null))).toBe('["benchmark","a",null,[]]');
});

test("runs are in one lane whatever the order of their labels", () => {
  expect(laneOf(laned(null, { a: "1", b: "2" }))).toBe(laneOf(laned(null, { b: "2", a: "1" })));
  expect(laneOf(laned(null, { a: "1" }))).not.toBe(laneOf(laned(null, { a: "2" })));
});

test("the provider is what stands before the first colon of the model, if anything does", () => {
  const providers = ["openai:gpt:5", "glm-4.6", ":x", null].map((model) => lanePartsOf(laned(model)).provider);
  expect(providers).toEqual(["openai", null, null, null]);
});
