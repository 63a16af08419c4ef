// The first claim of all: a benchmark runs in a process of its own, and what is recorded adds up.
import { expect, test } from "vitest";
import { benchmark001, Scene } from "./scene.ts";

test("benchmark 001 runs in an isolated process on the real VM, scores 1, and the ledger agrees with itself", async () => {
  await using scene = new Scene();
  const worker = await scene.worker({ spares: 1 });
  const run = await scene.run(benchmark001(), worker);
  expect(run).toMatchObject({ status: "completed", score: 1, passed: true, endedBy: "agent" });
  expect(run.attempt).toMatchObject({ number: 1, outcome: "completed", orphanedAt: null });
  expect(run.usageEnded).toMatchObject({ toolCalls: 2 });
  await scene.expectVerified();
});
