import { expect, test } from "vitest";
import { z } from "zod";
import type { Agent } from "../agents/agent.ts";
import { openWorld } from "../environments/open-world.ts";
import { assertionFields, defineAssertion, defineTool } from "./define-config.ts";
import { testAgent, testEnvironment, testScorer, testTool } from "./testing.ts";

const half = defineTool({
  name: "half",
  description: "Halves a number.",
  args: z.strictObject({ of: z.number() }),
  run: ({ of }) => of / 2,
});
const answers: Agent["act"] = async (task, hands) => {
  const reply = await hands.call({ tool: "half", args: { of: 84 } });
  return { how: "answered", text: reply.ok ? String(reply.result) : task.prompt };
};

test("an agent that keeps the contract passes, one that breaks it is told how", async () => {
  await testAgent({ agent: { act: answers }, task: { prompt: "" }, tools: [half] });
  let count = 0;
  const fickle: Agent["act"] = async (_, hands) => {
    count += 1;
    await hands.call({ tool: "half", args: { of: count } });
    return { how: "finished", text: null };
  };
  await expect(testAgent({ agent: { act: fickle }, task: {}, tools: [half] })).rejects.toThrow(
    "other calls the second",
  );
  const vague = (async () => ({ how: "well" })) as unknown as Agent["act"];
  await expect(testAgent({ agent: { act: vague }, task: {} })).rejects.toThrow("an ending says how");
});

test("a tool that keeps the contract passes, one that breaks it is told how", async () => {
  await testTool(half, { good: [{ of: 3 }], bad: [{ of: "3" }, { fo: 3 }] });
  await expect(testTool(half, { good: [{ of: "x" }], bad: [] })).rejects.toThrow('half({"of":"x"}) failed');
  await expect(testTool({ ...half, name: "half of" }, { good: [], bad: [] })).rejects.toThrow("no name that providers");
  await expect(testTool({ ...half, run: () => undefined as never }, { good: [{ of: 1 }], bad: [] })).rejects.toThrow(
    "JSON cannot hold",
  );
});

test("a scorer that keeps the contract passes, one that breaks it is told how", () => {
  const short = defineAssertion({
    list: "answer_assertions",
    environments: "all",
    schema: z.strictObject({ type: z.literal("Short"), ...assertionFields }),
    subjects: () => [],
    claim: () => "the answer is short",
    judge: (_, { ending }) => ({ held: (ending?.text ?? "").length === 1, expected: "1", actual: "" }),
  });
  const nothing = { accounts: {}, transactions: [] };
  const moment = { start: nothing, now: nothing, ending: { how: "answered" as const, text: "a" } };
  testScorer(short, [
    { fields: { type: "Short" }, moment, held: true },
    { fields: { type: "Short" }, moment: { ...moment, ending: null }, held: false },
  ]);
  expect(() => testScorer(short, [{ fields: { type: "Short" }, moment, held: false }])).toThrow(
    "the answer is short: held is true",
  );
});

test.each(["text", "solana"])("the environment %s keeps the contract", async (name) => {
  const environment = {
    open: (setup: Parameters<typeof openWorld>[1]) => openWorld(name, setup),
    restore: (...[setup, snapshot]: [Parameters<typeof openWorld>[1], Parameters<typeof openWorld>[2]]) =>
      openWorld(name, setup, snapshot),
  };
  const options = {
    clock: { unix_timestamp: 0, slot: 1 },
    native_mints: true,
    fee_lamports_per_signature: 5000,
    rpc: "auto",
    programs: [],
    accounts: [],
  };
  const initialState = [{ pubkey: "USER_WALLET_PUBKEY", kind: "wallet", lamports: "1000000000" }];
  const setup = { initialState: name === "solana" ? initialState : [], options, seed: 5, record: async () => {} };
  const calls = name === "solana" ? [{ tool: "generate_keypair", args: {} }] : [];
  await testEnvironment(environment, setup, calls);
});
