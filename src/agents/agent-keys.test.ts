import { expect, test } from "vitest";
import { keysIn } from "./agent-keys.ts";
import type { ConfiguredAgent } from "./known-agents.ts";

const identity = { name: "mine", kind: "command" as const, model: null, reference: false, digest: "sha256:0" };
const mine: ConfiguredAgent = { identity: { ...identity, needs: ["GATEWAY", "ABSENT"] }, params: {} };
const providers = [{ name: "lab", baseUrl: "http://127.0.0.1:1", keyVariable: "LAB_ACCESS" }];

test("a worker has the keys of providers and of configured agents that are set, whatever their names, and no others", () => {
  const env = { ZAI_API_KEY: "z", GATEWAY: "g", LAB_ACCESS: "l", OPENAI_API_KEY: " ", HOME: "/root" };
  expect(keysIn(env, { agents: [mine], providers })).toEqual(["GATEWAY", "LAB_ACCESS", "ZAI_API_KEY"]);
  expect(keysIn(env)).toEqual(["ZAI_API_KEY"]);
});
