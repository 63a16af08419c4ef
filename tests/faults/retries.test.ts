// Attempts that the policy starts by itself: while there are tries left no run is over.
import { expect, test } from "vitest";
import { benchmark001, Scene } from "../scene.ts";
import { diesAtLine, diesInFirstAttempts } from "./broken-runners.ts";

async function types(scene: Scene, runId: string): Promise<string[]> {
  const all = (await scene.events(runId)).map(({ type }) => type);
  return all.filter((type) => (type.startsWith("run.") && type !== "run.progressed") || type === "attempt.ended");
}

test("a run whose runner dies twice completes in its third attempt, and only then it is over", async () => {
  await using scene = new Scene();
  const worker = await scene.worker({ url: scene.faultyRunner("dies-twice", diesInFirstAttempts(2, 9)), spares: 1 });
  const queueable = { ...benchmark001(), origins: ["runner" as const] };
  const run = await scene.run(queueable, worker, 2);
  expect(run).toMatchObject({ status: "completed", score: 1, failuresInRow: 2, attempt: { number: 3 } });
  expect(await types(scene, run.id)).toEqual([
    "run.queued",
    ...["attempt.ended", "run.retry_scheduled"],
    ...["attempt.ended", "run.retry_scheduled"],
    ...["attempt.ended", "run.completed"],
  ]);
  // Two calls had begun when each of the first two died.
  expect(run.usageEnded).toMatchObject({ toolCalls: 2 + 2 + 2 });
  expect((await scene.ending(run.id, 2)).usage).toMatchObject({ toolCalls: 2 });
  await scene.expectVerified();
});

test("when the tries are used up the run has its one terminal event, and says how the last attempt ended", async () => {
  await using scene = new Scene();
  const worker = await scene.worker({ url: scene.faultyRunner("dies", diesAtLine(3, "before")) });
  const run = await scene.run({ ...benchmark001(), origins: ["runner" as const] }, worker, 1);
  expect(run).toMatchObject({ status: "failed", error: { code: "runner.killed" }, attempt: { number: 2 } });
  expect((await types(scene, run.id)).filter((type) => type === "run.failed").length).toBe(1);
  await scene.expectVerified();
});

test("a cancel while the policy waits ends the run", async () => {
  await using scene = new Scene();
  const worker = await scene.worker({ url: scene.faultyRunner("dies", diesAtLine(3, "before")) });
  const patient = { ...benchmark001(), origins: ["runner" as const], backoffMs: 60_000 };
  const runId = await scene.queue(patient, worker, 1);
  const ended = scene.supervise(runId, worker);
  expect(await scene.settledAs(runId, "queued")).toMatchObject({ notBefore: expect.any(String) });
  await scene.cancel(runId, 0);
  expect(await ended).toMatchObject({ status: "cancelled", notBefore: null });
  await scene.expectVerified();
});
