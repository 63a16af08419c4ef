// Models in flows, and models that are paused: what a later step is told of the earlier ones, and that nothing which was
// answered once is asked a second time.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startWireServer, type WireScript, type WireServer } from "../src/models/wire-server.fixture.ts";
import { type Started, workplace } from "./command-line.ts";
import { runnerIsTold } from "./runner-is-told.ts";

const transfer = fileURLToPath(new URL("../benchmarks/001-sol-transfer.yml", import.meta.url));

let place: ReturnType<typeof workplace>;
let server: WireServer | null = null;
beforeEach(() => {
  place = workplace();
});
afterEach(async () => {
  place[Symbol.dispose]();
  await server?.close();
  server = null;
});

function flowFile(carry: string): string {
  const pay = "{pubkey: RECIPIENT_WALLET_PUBKEY, expected: 5000000, type: SolBalance}";
  return [
    "description: Look, then pay.",
    "initial_state:",
    "  - {pubkey: USER_WALLET_PUBKEY, lamports: 1000000000}",
    "  - {pubkey: RECIPIENT_WALLET_PUBKEY, lamports: 4000000}",
    "flow:",
    "  - {step: look, prompt: How much does RECIPIENT_WALLET_PUBKEY hold?}",
    `  - {step: pay, prompt: Bring it to 0.005 SOL., carry: ${carry}}`,
    `ground_truth: {final_state_assertions: [${pay}]}`,
  ].join("\n");
}

/** Looks in the first step; in the second it pays what is missing of 0.005 SOL, by what it was told it had seen. */
const looksThenPays: WireScript = ({ messages }) => {
  const last = messages.at(-1);
  if (last?.role === "tool") return { text: "That is done." };
  if (last?.text.startsWith("How much")) {
    return { calls: [{ tool: "get_balance", args: { pubkey: "RECIPIENT_WALLET_PUBKEY" } }] };
  }
  const told = messages.map(({ text }) => text).join("\n");
  const [, seen = "0"] = /"lamports": ?"?(\d+)/.exec(told) ?? [];
  const args = { from: "USER_WALLET_PUBKEY", to: "RECIPIENT_WALLET_PUBKEY", lamports: 5_000_000 - Number(seen) };
  return { calls: [{ tool: "sol_transfer", args }, { tool: "submit" }] };
};

test.each([
  ["state", "glm-4.6"],
  ["conversation", "glm-4.6"],
  ["conversation", "anthropic:claude-opus-4-5"],
])("a step that carries the %s sees what the one before it really got (%s)", async (carry, agent) => {
  writeFileSync(join(place.folder, "flow.yml"), flowFile(carry));
  server = await startWireServer(looksThenPays);
  const ran = await place.run(["run", "flow.yml", "--agent", agent, "--json"], server.env);
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject({ status: "completed", score: 1 });
  // Two turns a step; only who carries the conversation still has the first step's messages in the second.
  expect(server.requests.map(({ turn }) => turn)).toEqual(carry === "state" ? [0, 1, 0, 1] : [0, 1, 2, 3]);
});

/** The run's id, once the command has told it. */
async function idOf(started: Started): Promise<string> {
  return /"runId":"([0-9a-f-]+)"/.exec(await started.shows("stdout", '"runId"'))?.[1] ?? "";
}

test("a paused model goes on where it was: an answer that was given is never asked for again", async () => {
  const isAsked = Promise.withResolvers<void>();
  const mayAnswer = Promise.withResolvers<void>();
  const looks = { calls: [{ tool: "get_balance", args: { pubkey: "USER_WALLET_PUBKEY" } }] };
  const pays = {
    tool: "sol_transfer",
    args: { from: "USER_WALLET_PUBKEY", to: "RECIPIENT_WALLET_PUBKEY", lamports: 1e8 },
  };
  server = await startWireServer(async ({ turn }) => {
    if (turn === 0) return looks;
    if (turn === 2) return { text: "Sent." };
    isAsked.resolve();
    await mayAnswer.promise;
    return { calls: [pays, { tool: "submit" }] };
  });
  const started = place.start(["run", transfer, "--agent", "glm-4.6", "--jsonl"], server.env);
  const id = await idOf(started);
  await isAsked.promise;
  const pausing = place.run(["pause", id]);
  await runnerIsTold(place.folder, id, "pause");
  mayAnswer.resolve();
  await Promise.all([pausing, started.ended]);
  expect(JSON.parse((await place.run(["show", id, "--json"])).stdout)).toMatchObject({ status: "paused" });
  const refused = await place.run(["resume", id]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("ZAI_API_KEY");
  const resumed = await place.run(["resume", id, "--json"], server.env);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(JSON.parse(resumed.stdout)).toMatchObject({ score: 1, usage: { modelCalls: 3, toolCalls: 3 } });
  expect(server.requests.map(({ turn }) => turn)).toEqual([0, 1, 2]);
  const events = (await place.run(["export", id, "--format", "jsonl"])).stdout.trim().split("\n");
  const answered = events.map((line) => JSON.parse(line)).filter(({ type }) => type === "model.answered");
  expect(answered.map(({ data }) => data.replayed)).toEqual([false, false, true, true, false]);
  const said = events.map((line) => JSON.parse(line)).filter(({ type }) => type === "agent.messaged");
  expect(said.map(({ data }) => data.role)).toEqual(["system", "user", "assistant"]);
});
