// Pause and resume of a benchmark, with real runners: it stops at its next safe point with a checkpoint and no process,
// and another process goes on from there.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { standsStillAtLine } from "./faults/broken-runners.ts";
import { linesAreTaken } from "./faults/supervise-elsewhere.ts";
import { benchmark001, fixture, program, Scene, until } from "./scene.ts";

test("a benchmark pauses with a checkpoint, and resumes from it in its second attempt", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const go = join(scene.folder, "go");
  const worker = await scene.worker({ url: scene.faultyRunner("stands-still", standsStillAtLine(4, go)) });
  const runId = await scene.queue(benchmark001(), worker);
  const paused = scene.supervise(runId, worker);
  await linesAreTaken(scene, runId, 3);
  await ledger.execute(runId, { type: "pause" }, "test");
  const control = join(scene.folderOf(runId), "control.jsonl");
  await until("the runner was told", () => readFileSync(control, "utf8").includes("pause"));
  writeFileSync(go, "");
  expect(await paused).toMatchObject({ status: "paused", checkpoint: expect.stringMatching(/^sha256:/) });
  expect(scene.processes()).toEqual([]);
  await ledger.execute(runId, { type: "resume", claim: null }, "test");
  const run = await scene.supervise(runId, await scene.worker());
  expect(run).toMatchObject({ status: "completed", score: 1, attempt: { number: 2 } });
  expect(existsSync(join(scene.folderOf(runId, 2), "checkpoint.bin"))).toBe(true);
  await scene.expectVerified();
});

test("a program cannot pause: it says so, goes on, and its end counts", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const worker = await scene.worker();
  const end = join(scene.folder, "end");
  const runId = await scene.queue(program(fixture("waits-for-file.mjs", end)), worker);
  const ended = scene.supervise(runId, worker);
  await until("it runs", async () => (await scene.status(runId)).status === "running");
  await ledger.execute(runId, { type: "pause" }, "test");
  await until("it has said so", async () => (await scene.events(runId)).some(({ type }) => type === "log.written"));
  writeFileSync(end, "");
  expect(await ended).toMatchObject({ status: "completed" });
  await scene.expectVerified();
});
