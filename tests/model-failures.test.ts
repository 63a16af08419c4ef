// What can go wrong between a runner and a model, each in a run of its own: the run ends in the right status, blames
// the right one, and says in words what happened. One experiment runs them all, an agent for each fault.

import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WireAnswer } from "../src/models/wire.fixture.ts";
import { startWireServer, type WireRequest, type WireServer } from "../src/models/wire-server.fixture.ts";
import { workplace } from "./command-line.ts";

const transfer = fileURLToPath(new URL("../benchmarks/001-sol-transfer.yml", import.meta.url));

const pay = {
  tool: "sol_transfer",
  args: { from: "USER_WALLET_PUBKEY", to: "RECIPIENT_WALLET_PUBKEY", lamports: 1e8 },
};
const solution: WireAnswer[] = [{ calls: [pay, { tool: "submit" }] }, { text: "Sent." }];
/** The solution, behind turns that go wrong in a way that a model can mend. */
const after =
  (...turns: WireAnswer[]) =>
  (turn: number) =>
    [...turns, ...solution][turn] ?? { text: "Sent." };

/** By the model's name, what it does in a turn, and in each of its tries. */
const faults: Record<string, (turn: number, request: WireRequest) => WireAnswer> = {
  "rate-limited": () => ({ status: 429, message: "slow down", headers: { "retry-after": "0" } }),
  "breaks-down": () => ({ status: 500, message: "out of order" }),
  refuses: () => ({ status: 403, message: "this key may not use this model" }),
  "cuts-the-stream": () => ({ text: "one two three four", breaksAfter: 2 }),
  "says-no-json": () => ({ text: "one two three", garblesAfter: 1 }),
  "never-answers": () => ({ text: "late", firstTokenMs: 60_000 }),
  "comes-back": (turn, { index }) => (index < 2 ? { status: 503 } : after()(turn)),
  "unknown-tool": after({ calls: [{ tool: "sol_tranfer", args: {} }] }),
  "wrong-types": after({ calls: [{ tool: "sol_transfer", args: { ...pay.args, lamports: "a lot" } }] }),
  "no-json-arguments": after({ calls: [{ tool: "sol_transfer", argsText: '{"from": ' }] }),
  "talks-too-much": () => ({
    text: "word ".repeat(5_000),
    calls: [{ tool: "get_balance", args: {} }],
    usage: { input: 10, output: 9_000 },
  }),
  "never-stops": () => ({ calls: [{ tool: "get_balance", args: { pubkey: "USER_WALLET_PUBKEY" } }] }),
  "counts-nothing": () => ({ text: "Sent.", usage: null }),
  "gives-up": () => ({ text: "I cannot do that." }),
};

type Shown = {
  status: string;
  score: number | null;
  passed: boolean | null;
  endedBy: string | null;
  error: Record<string, unknown> | null;
};

let place: ReturnType<typeof workplace>;
let server: WireServer;
let runs: Map<string, Shown>;

beforeAll(async () => {
  place = workplace();
  const seen = new Map<string, number>();
  server = await startWireServer((request) => {
    const index = seen.get(request.model) ?? 0;
    seen.set(request.model, index + 1);
    return faults[request.model]?.(request.turn, { ...request, index }) ?? { status: 404, message: "no such model" };
  });
  const agents = Object.keys(faults).flatMap((name) => ["--agent", `openai:${name}`]);
  const limits = "model_call_s=2,tokens=8000,turns=6";
  const ran = await place.run(["run", transfer, ...agents, "-j", "4", "--limits", limits, "--json"], server.env);
  expect(ran.code, ran.stderr).toBe(1);
  const told = JSON.parse(ran.stdout) as { runs: (Shown & { agent: { name: string } })[] };
  runs = new Map(told.runs.map((run) => [run.agent.name.slice("openai:".length), run]));
}, 180_000);
afterAll(async () => {
  place[Symbol.dispose]();
  await server.close();
});

describe("what no try could mend fails the run, and the provider is blamed", () => {
  test.each([
    ["rate-limited", "provider.rate-limited", /slow down.*4 tries/],
    ["breaks-down", "provider.failed", /out of order.*4 tries/],
    ["refuses", "provider.refused", /this key may not use this model/],
    ["cuts-the-stream", "provider.malformed", /4 tries/],
    ["says-no-json", "provider.malformed", /4 tries/],
    ["never-answers", "provider.timeout", /within 2 s \(limits.model_call_s\).*4 tries/],
  ])("%s: %s", (name, code, message) => {
    const run = runs.get(name);
    expect(run).toMatchObject({ status: "failed", score: null, passed: null });
    expect(run?.error).toMatchObject({ code, origin: "provider", message: expect.stringMatching(message) });
  });
});

test("a limit on tokens that nobody counts could never be met: the run fails, and says so", () => {
  const run = runs.get("counts-nothing");
  expect(run).toMatchObject({ status: "failed", score: null, passed: null });
  expect(run?.error).toMatchObject({ code: "provider.no-usage", origin: "operator", limit: "tokens" });
});

test.each(["comes-back", "unknown-tool", "wrong-types", "no-json-arguments"])(
  "%s is mended, and the run passes",
  (name) => {
    expect(runs.get(name)).toMatchObject({
      status: "completed",
      score: 1,
      passed: true,
      endedBy: "agent",
      error: null,
    });
  },
);

test.each([
  ["talks-too-much", "limit:tokens"],
  ["never-stops", "limit:turns"],
])("%s is ended by a limit of its own, and the world is scored as it stands", (name, endedBy) => {
  expect(runs.get(name)).toMatchObject({ status: "completed", score: 0, passed: false, endedBy, error: null });
});

test("a model that only talks has done nothing, and is scored for that", () => {
  expect(runs.get("gives-up")).toMatchObject({ status: "completed", score: 0, passed: false, endedBy: "agent" });
});

test("a refusal is asked once, and everything that passes by itself is asked again", () => {
  const count = (name: string) => server.requests.filter(({ model }) => model === name).length;
  expect(count("refuses")).toBe(1);
  expect(count("breaks-down")).toBe(4);
  expect(count("comes-back")).toBe(4);
});
