// Benchmarks that models act on, each run a process of its own, against a server on this machine that speaks the wires
// of the providers and refuses what they would refuse.

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  solvesSolTransfer,
  startWireServer,
  type WireScript,
  type WireServer,
} from "../src/models/wire-server.fixture.ts";
import { workplace } from "./command-line.ts";

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

/** Runs a command with every provider played by the script. */
async function against(script: WireScript, args: readonly string[], env: Record<string, string> = {}) {
  server = await startWireServer(script);
  return place.run(args, { ...server.env, ...env });
}

test("a model solves 001 through its tools, and the record says what it asked, said and used", async () => {
  const ran = await against(solvesSolTransfer, ["run", transfer, "--agent", "glm-4.6", "--seed", "7", "--json"]);
  expect(ran.code, ran.stderr).toBe(0);
  const run = JSON.parse(ran.stdout);
  expect(run).toMatchObject({ status: "completed", passed: true, score: 1, endedBy: "agent" });
  expect(run.agent).toMatchObject({ name: "glm-4.6", kind: "model", model: "zai:glm-4.6", reference: false });
  expect(run.usage).toMatchObject({ modelCalls: 2, toolCalls: 3 });
  expect(run.usage.tokens).toBeGreaterThan(0);
  const events = (await place.run(["export", run.id, "--format", "jsonl"])).stdout.trim().split("\n");
  const ofType = (type: string) => events.map((line) => JSON.parse(line)).filter((event) => event.type === type);
  expect(ofType("agent.messaged").map(({ data }) => data.role)).toEqual(["system", "user"]);
  expect(ofType("agent.messaged")[1].data.text).toContain("USER_WALLET_PUBKEY");
  expect(ofType("agent.messaged")[1].data.text).toContain(": 1 SOL");
  const [first, second] = ofType("model.answered");
  expect(first.data).toMatchObject({
    callId: "model-1",
    reasoning: "0.1 SOL are 100000000 lamports.",
    tries: 1,
    replayed: false,
  });
  expect(first.data.calls.map(({ tool }: { tool: string }) => tool)).toEqual(["sol_transfer", "submit"]);
  expect(second.data).toMatchObject({ callId: "model-2", finish: "tool-calls" });
  expect(ofType("model.requested")[0].data).toMatchObject({ turn: 1, messages: 2, purpose: "agent", provider: "zai" });
});

test("an agent without its key is refused before any work, and the variable is named for each", async () => {
  const ran = await place.run([
    "run",
    transfer,
    "--agent",
    "deterministic",
    "--agent",
    "glm-4.6",
    "--agent",
    "openai:gpt-5",
  ]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(/provider\.missing-key.*ZAI_API_KEY.*OPENAI_API_KEY/);
  expect(readdirSync(place.folder)).toEqual([]);
  const listed = await place.run(["agents", "--json"], { ZAI_API_KEY: "any-key-will-do" });
  const agents = new Map(JSON.parse(listed.stdout).agents.map((agent: { name: string }) => [agent.name, agent]));
  expect(agents.get("glm-4.6")).toMatchObject({ isReady: true, missing: [] });
  expect(agents.get("openai:*")).toMatchObject({ isReady: false, missing: ["OPENAI_API_KEY"] });
});

test("a limit on the cost of a model without a price is refused before the run", async () => {
  const ran = await against([], ["run", transfer, "--agent", "ollama:own-model", "--limits", "cost_usd=1"]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain("provider.no-price: no price is known for ollama:own-model");
  expect(server?.requests).toEqual([]);
});

test("what was recorded is replayed without a key and without a question, to the same score", async () => {
  const recorded = await against(solvesSolTransfer, [
    "run",
    transfer,
    "--agent",
    "glm-4.6",
    "--record",
    "kept.jsonl",
    "--json",
  ]);
  expect(recorded.code, recorded.stderr).toBe(0);
  await server?.close();
  const replayed = await place.run(["run", transfer, "--agent", "glm-4.6", "--replay", "kept.jsonl", "--json"]);
  expect(replayed.code, replayed.stderr).toBe(0);
  const [first, second] = [recorded, replayed].map(({ stdout }) => JSON.parse(stdout));
  expect(second).toMatchObject({
    score: first.score,
    seed: first.seed,
    usage: { modelCalls: 0, tokens: 0, costUsd: null, toolCalls: 3 },
  });
  expect(second.agent).toMatchObject({ name: "glm-4.6", kind: "replay", model: "zai:glm-4.6" });
  expect(second.agent.digest).not.toBe(first.agent.digest);
  const again = await place.run(["again", second.id, "--json"]);
  expect(JSON.parse(again.stdout)).toMatchObject({ score: 1, againOf: second.id });
  const elsewhere = await place.run([
    "run",
    transfer,
    "--agent",
    "glm-4.6",
    "--replay",
    "kept.jsonl",
    "--seed",
    "1",
    "--json",
  ]);
  expect(elsewhere.code).toBe(1);
  expect(JSON.parse(elsewhere.stdout)).toMatchObject({ status: "failed", error: { code: "replay.miss" } });
  expect(JSON.parse(elsewhere.stdout).error.message).toMatch(/messages\[1\]\.text differs/);
});

test("a recording that has changed since does not answer under the digest of the old one", async () => {
  const asked = ["run", transfer, "--agent", "glm-4.6", "--json"];
  await against(solvesSolTransfer, [...asked, "--record", "kept"]);
  const replayed = JSON.parse((await place.run([...asked, "--replay", "kept"])).stdout);
  expect(replayed).toMatchObject({ status: "completed", score: 1 });
  const file = join(place.folder, "kept/001-sol-transfer/glm-4.6/trial-1.jsonl");
  const recorded = readFileSync(file, "utf8");
  writeFileSync(file, recorded.replace("0.1 SOL are", "0.1 SOL is"));
  const again = await place.run(["again", replayed.id, "--json"]);
  expect(again.code).toBe(1);
  expect(JSON.parse(again.stdout)).toMatchObject({
    status: "failed",
    error: { code: "replay.changed", origin: "operator" },
  });
  writeFileSync(file, recorded);
  expect(JSON.parse((await place.run(["again", replayed.id, "--json"])).stdout)).toMatchObject({ score: 1 });
});

test("a replay that is tried again begins with the first answer of its recording", async () => {
  const asked = ["run", transfer, "--agent", "glm-4.6", "--json"];
  await against(solvesSolTransfer, [...asked, "--record", "kept.jsonl"]);
  const file = join(place.folder, "kept.jsonl");
  const [first] = readFileSync(file, "utf8").split("\n", 1);
  writeFileSync(file, `${first}\n`);
  const missed = JSON.parse((await place.run([...asked, "--replay", "kept.jsonl"])).stdout);
  expect(missed).toMatchObject({ status: "failed", attempt: 1, error: { code: "replay.miss" } });
  const again = JSON.parse((await place.run(["retry", missed.id, "--json"])).stdout);
  expect(again).toMatchObject({ status: "failed", attempt: 2, error: { code: "replay.miss" } });
  const events = (await place.run(["export", missed.id, "--format", "jsonl"])).stdout.trim().split("\n");
  const answered = events.map((line) => JSON.parse(line)).filter(({ type }) => type === "model.answered");
  expect(answered.map(({ attempt, data }) => [attempt, data.callId, data.replayed])).toEqual([
    [1, "model-1", true],
    [2, "model-1", true],
  ]);
});

test("an experiment is recorded into a file for each run, and each trial is replayed by its own", async () => {
  const cells = ["run", transfer, "--agent", "glm-4.6", "--agent", "openai:gpt-5", "--trials", "2", "--json"];
  const recorded = await against(solvesSolTransfer, [...cells, "--record", "kept"]);
  expect(recorded.code, recorded.stderr).toBe(0);
  const files = readdirSync(join(place.folder, "kept"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".jsonl"),
  );
  expect(files.sort()).toEqual([
    ...["001-sol-transfer/glm-4.6/trial-1.jsonl", "001-sol-transfer/glm-4.6/trial-2.jsonl"],
    ...["001-sol-transfer/openai+3a+gpt-5/trial-1.jsonl", "001-sol-transfer/openai+3a+gpt-5/trial-2.jsonl"],
  ]);
  await server?.close();
  const replayed = await place.run([...cells, "--replay", "kept"]);
  expect(replayed.code, replayed.stderr).toBe(0);
  expect(JSON.parse(replayed.stdout).experiment).toMatchObject({ planned: 4, passed: 4 });
  const refused = await place.run([...cells, "--replay", join("kept", files[0] ?? "")]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("give a folder, in which each run has a file");
});

/** Every file below a folder, the databases among them. */
function allFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

test("no key is in the ledger, a journal, a log, an export or a program, though provider and model say it", async () => {
  const key = "zai-key-of-a-test";
  const script: WireScript = ({ turn }) => {
    if (turn === 0)
      return {
        text: `The key is ${key}.`,
        calls: [{ tool: "run_command", args: { argv: ["sh", "-c", "env; echo key=$ZAI_API_KEY"] } }],
      };
    return { status: 403, message: `the key ${key} is not allowed to` };
  };
  writeFileSync(
    join(place.folder, "w.yml"),
    `description: d\nenvironment: workspace\nprompt: p\nground_truth: {final_state_assertions: [{type: FileExists, path: out}]}\n`,
  );
  const ran = await against(script, ["run", "w.yml", "--agent", "glm-4.6", "--json"], {
    OPENAI_API_KEY: "another-secret-key",
  });
  const run = JSON.parse(ran.stdout);
  expect(run.error).toMatchObject({
    code: "provider.refused",
    message: expect.stringMatching(/the key \[.*key.*\] is not allowed to/i),
  });
  const exports = await Promise.all(
    ["session", "jsonl", "otlp"].map((format) => place.run(["export", run.id, "--format", format])),
  );
  expect(exports[1]?.stdout).toContain("The key is [masked ZAI_API_KEY].");
  expect(exports[1]?.stdout).toContain("key=");
  for (const { stdout, stderr } of [ran, ...exports]) {
    for (const secret of [key, "another-secret-key"]) expect(stdout + stderr).not.toContain(secret);
  }
  const files = allFiles(place.folder);
  expect(files.some((path) => path.endsWith("journal.jsonl"))).toBe(true);
  for (const path of files) {
    const bytes = readFileSync(path);
    for (const secret of [key, "another-secret-key"]) expect(bytes.includes(secret), path).toBe(false);
  }
});
