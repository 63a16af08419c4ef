// Agents that are programs, by the command line: the examples solve what they claim to, and whatever a program does is
// recorded, limited, and over when the run is.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunResource } from "../src/views/run-resource.ts";
import { allProcesses } from "../src/worker/process-facts.ts";
import { workplace } from "./command-line.ts";
import { repository, until } from "./scene.ts";

const timeout = 120_000;

type Event = { type: string; data: Record<string, unknown> };
type Act = string | Record<string, unknown>;

let place: ReturnType<typeof workplace>;

beforeEach(() => {
  place = workplace();
  copyFileSync(join(repository, "benchmarks/001-sol-transfer.yml"), join(place.folder, "001-sol-transfer.yml"));
});
afterEach(() => place[Symbol.dispose]());

/** Runs 001 with this agent, and gives the run with all its events. */
async function runWith(command: string, options: string[] = [], env: Record<string, string> = {}) {
  const ended = await place.run(["run", "001-sol-transfer.yml", "--agent-command", command, "--json", ...options], env);
  const run = JSON.parse(ended.stdout) as RunResource;
  const exported = await place.ask(["export", run.id, "--format", "jsonl"]);
  const events = exported.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
  const dataOf = (type: string) => events.filter((event) => event.type === type).map(({ data }) => data);
  const logs = dataOf("log.written").map(({ message }) => String(message));
  return { code: ended.code, run, dataOf, logs, output: (name: string) => outputOf(run.id, name) };
}

function outputOf(runId: string, name: string): string {
  return readFileSync(join(place.folder, ".runledger/runs", runId, "1", name), "utf8");
}

/** The command line of the program that does all this, one after another. */
function acting(...acts: Act[]): string {
  const words = [
    process.execPath,
    join(repository, "tests/programs/acts-out.mjs"),
    ...acts.map((act) => JSON.stringify(act)),
  ];
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}

function example(name: string): string {
  return join(repository, "examples/agents", name);
}

describe("the examples solve 001", () => {
  test.each([
    ["python3", "solve_001.py"],
    [process.execPath, "solve-001.ts"],
  ])("by tools: %s %s", { timeout }, async (runtime, name) => {
    const { code, run, dataOf } = await runWith(`${runtime} ${example(name)}`);
    expect(run).toMatchObject({ status: "completed", passed: true, score: 1 });
    expect(run.agent).toMatchObject({ name: `command:${name}`, kind: "command", reference: false });
    expect(dataOf("tool.called").map(({ tool }) => tool)).toEqual(["sol_transfer", "submit"]);
    expect(dataOf("agent.messaged")).toMatchObject([
      { role: "assistant", text: expect.stringMatching(/^I send 100000000/) },
    ]);
    expect(dataOf("agent.finished")).toMatchObject([{ how: "finished", text: expect.stringContaining("Sent in") }]);
    expect(code).toBe(0);
  });

  test.each(["web3js-001.mjs", "kit-001.mjs"])("by the RPC: %s", { timeout }, async (name) => {
    const { run, dataOf, output } = await runWith(`${process.execPath} ${example(name)}`);
    expect(run).toMatchObject({ status: "completed", passed: true, score: 1 });
    const called = dataOf("tool.called").map(({ tool }) => tool);
    expect(called).toEqual(
      expect.arrayContaining(["rpc.getLatestBlockhash", "rpc.sendTransaction", "rpc.signatureSubscribe"]),
    );
    expect(dataOf("tool.returned")).toHaveLength(called.length);
    expect(dataOf("transaction.executed")).toMatchObject([{ status: "success", landed: true }]);
    expect(output("stdout.log")).toContain("the recipient holds 100000000 lamports");
  });
});

test("a program that fails without a last word is a failed run, with its code and its last words on stderr", {
  timeout,
}, async () => {
  const { code, run } = await runWith(acting({ stderr: "the model is gone" }, { exit: 3 }));
  expect(run).toMatchObject({ status: "failed", score: null });
  expect(run.error).toMatchObject({ code: "agent.program-failed", origin: "agent", exit: { code: 3, signal: null } });
  expect(run.error?.message).toContain("exited with code 3 and said no last word: the model is gone");
  expect(code).toBe(1);
});

test("what is no line of the protocol is logged, and a wrong line is answered", { timeout }, async () => {
  const { run, logs, output, dataOf } = await runWith(
    acting(
      { print: "loading…" },
      { say: { type: "cal", id: 7 } },
      "hear",
      { say: { type: "call", id: 8, tool: "sol_transfr" } },
      "hear",
      { say: { type: "finish", how: "gave_up", text: "no" } },
    ),
  );
  expect(logs).toEqual([
    expect.stringContaining("stdout: loading…"),
    expect.stringContaining('no line of the type "cal"'),
  ]);
  expect(output("stderr.log")).toContain('heard {"type":"error","id":7,');
  expect(output("stderr.log")).toContain("did you mean sol_transfer");
  expect(dataOf("agent.finished")).toEqual([{ how: "gave_up", text: "no" }]);
  expect(run).toMatchObject({ status: "completed", passed: false, score: 0 });
});

test("calls count against the limits, and a program that is stopped by one leaves nothing behind", {
  timeout,
}, async () => {
  const look = { say: { type: "call", id: 1, tool: "get_balance", args: { pubkey: "USER_WALLET_PUBKEY" } } };
  const { run } = await runWith(acting("fork", look, "hear", look, "hear", look, "hang"), ["--limits", "tool_calls=2"]);
  expect(run).toMatchObject({ status: "completed", endedBy: "limit:tool_calls", passed: false });
  expect(run.usage.toolCalls).toBe(2);
  expect(leftOf(run.id)).toEqual([]);
});

test("what it reports of its model counts, and a limit on tokens ends it", { timeout }, async () => {
  const usage = { type: "usage", tokens: 600, costUsd: 0.25, model: "mine" };
  const { run, dataOf } = await runWith(acting({ say: usage }, { say: usage }, "hang"), ["--limits", "tokens=1000"]);
  expect(run).toMatchObject({ status: "completed", endedBy: "limit:tokens" });
  expect(run.usage).toMatchObject({ tokens: 1200, costUsd: 0.5, modelCalls: 2 });
  expect(dataOf("model.answered")).toMatchObject([{ model: "mine", finish: "reported" }, {}]);
});

test("what it reported before a pause counts after it: limits hold over all attempts, and so do the calls' numbers", {
  timeout,
}, async () => {
  const go = join(place.folder, "go");
  const look = { say: { type: "call", id: 1, tool: "get_balance", args: { pubkey: "USER_WALLET_PUBKEY" } } };
  const usage = { say: { type: "usage", tokens: 600, costUsd: 0.25 } };
  const command = acting(usage, look, "hear", { until: go }, look, "hear");
  const limits = ["--limits", "tokens=1000"];
  const started = place.start(["run", "001-sol-transfer.yml", "--agent-command", command, "--jsonl", ...limits]);
  const printed = await started.shows("stdout", '"tool.returned"');
  const id = /"runId":"([0-9a-f-]+)"/.exec(printed)?.[1] ?? "";
  const pausing = place.run(["pause", id]);
  const control = join(place.folder, ".runledger/runs", id, "1/control.jsonl");
  await until("the runner was told", () => existsSync(control) && readFileSync(control, "utf8").includes("pause"));
  writeFileSync(go, "");
  await Promise.all([pausing, started.ended]);
  const resumed = await place.run(["resume", id, "--json"]);
  expect(JSON.parse(resumed.stdout)).toMatchObject({
    ...{ status: "completed", endedBy: "limit:tokens", attempt: 2 },
    usage: { tokens: 1200, costUsd: 0.5, modelCalls: 2, toolCalls: 1 },
  });
  const exported = (await place.ask(["export", id, "--format", "jsonl"])).stdout.trim().split("\n");
  const answered = exported.map((line) => JSON.parse(line) as Event).filter(({ type }) => type === "model.answered");
  expect(answered.map(({ data }) => data.callId)).toEqual(["reported-1", "reported-2"]);
});

test("a cancel ends it with all that it started, before the run is called cancelled", { timeout }, async () => {
  const started = place.start([
    "run",
    "001-sol-transfer.yml",
    "--agent-command",
    acting("fork", { stderr: "up" }, "hang"),
    "--json",
  ]);
  await started.shows("stderr", "world");
  started.child.kill("SIGINT");
  const { stdout, code } = await started.ended;
  const run = JSON.parse(stdout) as RunResource;
  expect(run.status).toBe("cancelled");
  expect(code).toBe(130);
  expect(leftOf(run.id)).toEqual([]);
});

test("it sees neither the ledger, nor the benchmark, nor variables that nobody named", { timeout }, async () => {
  // What the reference solution did lies in the files of its end.
  const { id } = JSON.parse((await place.run(["run", "001-sol-transfer.yml", "--json"])).stdout) as { id: string };
  const session = join(place.folder, "logs/sessions", `session_${id}.json`);
  expect(existsSync(session)).toBe(true);
  const { run, output } = await runWith(
    acting(
      { read: join(place.folder, "001-sol-transfer.yml") },
      { read: join(place.folder, ".runledger/ledger.sqlite") },
      { read: session },
      ...["PROBE_API_KEY", "RUNLEDGER_RUN_ID", "RUNLEDGER_PROMPT"].map((env) => ({ env })),
    ),
    [],
    { PROBE_API_KEY: "sk-not-for-agents" },
  );
  const seen = output("stderr.log");
  expect(seen).toMatch(/001-sol-transfer\.yml: 0 bytes/);
  expect(seen).toMatch(/ledger\.sqlite: ENOENT/);
  expect(seen).toMatch(/session_.*\.json: ENOENT/);
  expect(seen).toContain("PROBE_API_KEY=undefined");
  expect(seen).toContain(`RUNLEDGER_RUN_ID=${run.id}`);
  expect(seen).toContain("RUNLEDGER_PROMPT=Send 0.1 SOL to ");
});

test("in a workspace it may work on the files themselves", { timeout }, async () => {
  const lines = [
    "id: 001-sol-transfer",
    "description: A file.",
    "environment: workspace",
    "prompt: Write hi into b.txt.",
  ];
  lines.push("initial_state: [{file: a.txt, content: x}]");
  lines.push("ground_truth: {final_state_assertions: [{type: FileEquals, path: b.txt, value: hi}]}");
  lines.push("solution: [{tool: write_file, args: {path: b.txt, content: hi}}]");
  writeFileSync(join(place.folder, "001-sol-transfer.yml"), lines.join("\n"));
  const { run } = await runWith(`sh -c 'printf hi > "$RUNLEDGER_WORKSPACE/b.txt"'`);
  expect(run).toMatchObject({ status: "completed", passed: true });
});

test("a program that cannot be found fails the run by name, and an empty command starts nothing", {
  timeout,
}, async () => {
  const { run } = await runWith("no-such-program-anywhere --now");
  expect(run.error).toMatchObject({ code: "program.not-found", origin: "agent" });
  const refused = await place.ask(["run", "001-sol-transfer.yml", "--agent-command", " "]);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("1 to 100 words")]);
});

/** Processes that still carry the run's id in their environment. */
function leftOf(runId: string): string[] {
  return allProcesses()
    .filter(({ pid }) => environmentOf(pid).includes(`RUNLEDGER_RUN_ID=${runId}`))
    .map(({ name }) => name);
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}

test("the files that a benchmark names are as far out of its sight as the benchmark", { timeout }, async () => {
  const cases = join(place.folder, "capitals.jsonl");
  writeFileSync(cases, '{"id":"fr","vars":{"country":"France","capital":"Paris"}}\n');
  const lines = ["id: 001-sol-transfer", "description: Capitals.", "prompt: The capital of {{country}}?"];
  lines.push('ground_truth: {answer_assertions: [{type: Equals, value: "{{capital}}"}]}', "cases_file: capitals.jsonl");
  writeFileSync(join(place.folder, "001-sol-transfer.yml"), lines.join("\n"));
  await place.run(["run", "001-sol-transfer.yml", "--agent-command", acting({ read: cases })]);
  const { id } = JSON.parse((await place.run(["show", "last", "--json"])).stdout) as { id: string };
  expect(outputOf(id, "stderr.log")).toMatch(/capitals\.jsonl: 0 bytes/);
});
