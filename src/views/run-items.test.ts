import { expect, test } from "vitest";
import type { LedgerEvent } from "../core/events.ts";
import { madeStart, makeStream, queuedBenchmark } from "./made-events.ts";
import { collectAttempts } from "./run-attempts.ts";
import { fileOf, messageOf, scoreOf, stepOf, transactionOf } from "./run-items.ts";
import { collectSteps } from "./session-file.ts";
import { collectTraceTree } from "./trace-tree.ts";
import { collectTransactionLog } from "./transaction-log.ts";

const transaction = {
  ...{ signature: "5sig", status: "failure" as const, landed: true, computeUnits: 150, feeLamports: "5000", slot: 2 },
  ...{
    instructions: [{ program: "Memo", name: "memo", args: { text: "世界" } }],
    logs: ["log \u001b[31mred"],
    error: "custom 1",
  },
};
const digest = `sha256:${"ab".repeat(32)}`;

const work = () =>
  makeStream(queuedBenchmark)
    .journal("attempt.started", madeStart)
    .journal("run.progressed", { phase: "acting" })
    .journal("step.started", { step: "pay" })
    .journal("tool.called", { callId: "1", tool: "submit", args: { a: 1 } })
    .journal("transaction.executed", transaction)
    .journal("tool.returned", { callId: "1", tool: "submit", ok: false, error: "no", ms: 2 })
    .journal("step.failed", { step: "pay", score: 0.5, passed: false })
    .journal("log.written", { level: "warn", message: "careful" })
    .journal("agent.finished", { how: "answered", text: "完了" })
    .journal("artifact.written", { name: "out/report.txt", bytes: 3, digest })
    .journal("score.recorded", { score: 0.25, passed: false, minScore: 1 });

function picked<T>(pick: (event: LedgerEvent) => T | null): T[] {
  return work().events.flatMap((event) => pick(event) ?? []);
}

test("each view takes its own events and no other", () => {
  expect(picked(messageOf)).toMatchObject([
    { from: "runner", kind: "warn", text: "careful" },
    { from: "agent", kind: "answered", text: "完了" },
  ]);
  expect(picked(transactionOf)).toMatchObject([{ signature: "5sig", status: "failure", attempt: 1 }]);
  expect(picked(scoreOf)).toMatchObject([
    { step: "pay", score: 0.5, passed: false, scoring: null },
    { step: null, score: 0.25, minScore: 1 },
  ]);
  expect(picked(fileOf)).toMatchObject([{ name: "out/report.txt", bytes: 3, digest }]);
});

test("steps are in the spelling of the API", () => {
  const steps = collectSteps();
  for (const event of work().events) steps.take(event);
  const [pay] = steps.result().steps.map(stepOf);
  expect(pay).toMatchObject({
    ...{ name: "pay", status: "failed" },
    actions: [{ callId: "1", tool: "submit", args: { a: 1 } }],
    observations: [
      { type: "transaction", signature: "5sig" },
      { type: "tool_result", callId: "1", ok: false },
    ],
  });
});

test("attempts are told with their ends, also when the ledger has more than are kept", () => {
  const gone = { fact: "gone" as const, error: { code: "runner.gone", origin: "runner" as const, message: "gone" } };
  const fold = collectAttempts();
  for (const event of work().conclude(gone).events) fold.take(event);
  expect(fold.result()).toMatchObject({
    omitted: 0,
    attempts: [{ attempt: 1, claimedSeq: 2, outcome: "lost", pid: madeStart.pid }],
  });
  const [claim] = work().events.filter(({ type }) => type === "attempt.claimed");
  if (claim === undefined) throw new Error("it was claimed");
  for (let attempt = 2; attempt <= 203; attempt += 1) fold.take({ ...claim, attempt });
  expect(fold.result()).toMatchObject({ omitted: 3, attempts: expect.objectContaining({ length: 200 }) });
});

test("the tree shows what was within what, and foreign text moves no cursor", () => {
  const tree = collectTraceTree();
  for (const event of work().events) tree.take(event);
  const text = tree.text();
  const depthOf = (word: string) => /^ */.exec(text.split("\n").find((line) => line.includes(word)) ?? "")?.[0].length;
  expect(depthOf("run 001")).toBe(0);
  expect(depthOf("attempt 1")).toBe(2);
  expect(depthOf("execute_tool submit")).toBeGreaterThan(depthOf("invoke_agent") ?? 99);
  expect(text).toContain("gen_ai.evaluation.result   0.500000");
  expect(text).toContain("failure   5sig   custom 1");
  expect(text).toContain("still open");
});

test("the log of transactions is plain text of the present try", () => {
  const log = collectTransactionLog();
  for (const event of work().events) log.take(event);
  expect(log.text()).toContain("Transaction 1 of 1");
  expect(log.text()).toContain("世界");
  expect(log.text()).toContain("log [31mred");
});

test("messages are what was said, once: texts of agents, what they thought, what judges answered, and what failed", () => {
  const usage = { inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedInputTokens: null };
  const answer = {
    ...{ model: "m", purpose: "agent" as const, text: "完了", reasoning: null, calls: [], finish: "stop", usage },
    ...{ costUsd: null, ms: 1, firstTokenMs: null, tries: 1, replayed: false },
  };
  const error = { code: "provider.failed", origin: "provider" as const, message: "away" };
  const stream = makeStream(queuedBenchmark)
    .journal("attempt.started", madeStart)
    .journal("agent.messaged", { role: "system", text: "You act." })
    .journal("model.answered", { ...answer, callId: "1", reasoning: "hm" })
    .journal("agent.messaged", { role: "assistant", text: "完了" })
    .journal("model.answered", { ...answer, callId: "2" })
    .journal("model.answered", { ...answer, callId: "3", reasoning: "hm", replayed: true })
    .journal("model.answered", { ...answer, callId: "4", purpose: "judge", text: "PASS" })
    .journal("model.failed", { callId: "5", purpose: "judge", error, status: 500, tries: 4, ms: 1 });
  expect(stream.events.flatMap((event) => messageOf(event) ?? [])).toMatchObject([
    { from: "runner", kind: "system", text: "You act." },
    { from: "agent", kind: "reasoning", text: "hm" },
    { from: "agent", kind: "assistant", text: "完了" },
    { from: "judge", kind: "assistant", text: "PASS" },
    { from: "judge", kind: "error", text: "provider.failed: away" },
  ]);
});
