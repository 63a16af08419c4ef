import { expect, test } from "vitest";
import { z } from "zod";
import type { Agent } from "../agents/agent.ts";
import { openWorld } from "../environments/open-world.ts";
import { assertionFields, defineAssertion, defineEnvironment, defineTool, type World } from "./define-config.ts";
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

/** Where worlds that share what they should not keep it. */
const shared = { lamp: { isOn: false } };

/** A lamp of one's own, with what is wrong about it. */
function lamp(flaw: "none" | "shares" | "forgets" | "changes when seen" | "other tools" = "none") {
  const worldOf = (state: { isOn: boolean }): World => {
    let looks = 0;
    return {
      summary: "a lamp",
      names: {},
      tools: [
        defineTool({
          name: flaw === "other tools" ? "push" : "press",
          description: "Presses the switch.",
          args: z.strictObject({}),
          run: () => {
            state.isOn = !state.isOn;
            return state.isOn;
          },
        }),
      ],
      observe: async () => {
        if (flaw === "changes when seen") looks += 1;
        return { accounts: {}, transactions: [], facts: { isOn: state.isOn, looks } };
      },
      snapshot: async () => ({ state: flaw === "forgets" ? { isOn: false } : { ...state }, bytes: new Uint8Array() }),
      [Symbol.asyncDispose]: async () => {},
    };
  };
  return defineEnvironment({
    state: z.strictObject({ lamp: z.enum(["on", "off"]) }),
    toolNames: ["press"],
    open: async ({ initialState: [first] }) =>
      worldOf(flaw === "shares" ? shared.lamp : { isOn: first?.lamp === "on" }),
    restore: async (_, { state }) => worldOf({ ...(state as { isOn: boolean }) }),
  });
}

const press = [{ tool: "press", args: {} }];
const isOn = [{ kind: "fact" as const, name: "isOn" }];

test("an environment of a project keeps the contract", async () => {
  await testEnvironment(lamp(), { initialState: [{ lamp: "off" }], seed: 1 }, press, isOn);
});

test.each([
  ["shares", "calls in one world changed another one"],
  ["forgets", "what can be seen after the snapshot is not what was seen before"],
  ["changes when seen", "looking at it changed it"],
  ["other tools", "offers the tools push, and its toolNames are press"],
] as const)("an environment that breaks the contract is told how: %s", async (flaw, words) => {
  await expect(testEnvironment(lamp(flaw), { initialState: [{ lamp: "off" }] }, press, isOn)).rejects.toThrow(words);
});

test("what a benchmark declares is checked by the environment's own schemas", async () => {
  await expect(testEnvironment(lamp(), { initialState: [{ lamp: "dim" }] })).rejects.toThrow("initial_state[0].lamp: ");
  await expect(testEnvironment(lamp(), { options: { colour: "red" } })).rejects.toThrow("environment_options: ");
});
