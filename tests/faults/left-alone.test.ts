// Runners that nobody supervises: they end by themselves at their orphan limit, and their watchdog holds the wall limit
// whatever the main thread does.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { expect, test } from "vitest";
import { benchmark001, fixture, program, Scene, until } from "../scene.ts";
import { standsStillAtLine, waitsUntilItIsAlone } from "./broken-runners.ts";
import { linesAreTaken, programIsReady, superviseElsewhere } from "./supervise-elsewhere.ts";

test("a program without a supervisor is asked to end at its orphan limit, and the run is lost", async () => {
  await using scene = new Scene();
  const limits = { orphan_s: 0.5, grace_s: 5 };
  const runId = await scene.queue(program(fixture("ends-well-on-sigterm.mjs", scene.folder), limits), null);
  const supervisor = superviseElsewhere(scene, runId);
  await programIsReady(scene, runId);
  await supervisor.kill();
  const run = await scene.settledAs(runId, "lost");
  expect(run).toMatchObject({ error: { code: "limit.orphan_s", origin: "worker" }, attempt: { outcome: "lost" } });
  expect((await scene.ending(runId)).evidence).toMatchObject({ fact: "orN", finish: { outcome: "orphaned" } });
  const log = { runId, attempt: 1, stream: "stdout" as const, offset: 0, limit: 1000 };
  expect(Buffer.from(await (await scene.ledger()).readLog(log)).toString()).toBe("ready\ncleaned up\n");
  await scene.expectVerified();
});

test("a short orphan limit ends no run that is supervised", async () => {
  await using scene = new Scene();
  const limits = { orphan_s: 0.5, wall_s: 1.5, grace_s: 0 };
  const run = await scene.run(program(fixture("never-exits.mjs", scene.folder), limits), await scene.worker());
  expect(run).toMatchObject({ status: "timed_out" });
  await scene.expectVerified();
});

test("a runner that was stopped together with its supervisor was not alone: both go on as if nothing had been", async () => {
  await using scene = new Scene();
  const orphanS = 3;
  const go = join(scene.folder, "go");
  const argv = fixture("waits-for-file.mjs", go);
  const runId = await scene.queue(program(argv, { orphan_s: orphanS, wall_s: 60, grace_s: 0 }), null);
  const supervisor = superviseElsewhere(scene, runId);
  const vouch = join(scene.folderOf(runId), "supervised");
  await until("it is supervised", () => existsSync(vouch));
  await linesAreTaken(scene, runId, 1);
  const { pid } = JSON.parse(readFileSync(join(scene.folderOf(runId), "runner.json"), "utf8")) as { pid: number };
  supervisor.child.kill("SIGSTOP");
  process.kill(-pid, "SIGSTOP");
  await secondsPass(orphanS + 0.5);
  process.kill(-pid, "SIGCONT");
  // The runner wakes first, and its watchdog has looked before anybody can vouch again.
  await secondsPass(0.4);
  supervisor.child.kill("SIGCONT");
  await until("it is vouched for anew", vouchIsNew(vouch));
  writeFileSync(go, "");
  expect(await supervisor.ended).toMatchObject({ code: 0 });
  expect(await scene.status(runId)).toMatchObject({
    status: "completed",
    attempt: { number: 1, outcome: "completed" },
  });
  await scene.expectVerified();
});

test("a benchmark without a supervisor stops with a checkpoint, is queued, and goes on from there", async () => {
  await using scene = new Scene();
  const runner = scene.faultyRunner("waits", waitsUntilItIsAlone);
  const runId = await scene.queue(benchmark001({ orphan_s: 2 }), null);
  const supervisor = superviseElsewhere(scene, runId, { runner });
  await linesAreTaken(scene, runId, 1);
  await supervisor.kill();
  const queued = await scene.settledAs(runId, "queued");
  expect(queued).toMatchObject({ attempt: { outcome: "orphaned" }, checkpoint: expect.stringMatching(/^sha256:/) });
  const run = await scene.supervise(runId, await scene.worker());
  expect(run).toMatchObject({ status: "completed", score: 1, attempt: { number: 2 } });
  await scene.expectVerified();
});

test("the supervisor ends a runner that stands still at its wall limit", async () => {
  await using scene = new Scene();
  const runner = scene.faultyRunner("stands-still", standsStillAtLine(5, join(scene.folder, "never")));
  const limits = { wall_s: 0.8, grace_s: 0.1 };
  const run = await scene.run(benchmark001(limits), await scene.worker({ url: runner }));
  expect(run).toMatchObject({ status: "timed_out", error: { code: "limit.wall_s" }, endedBy: "limit:wall_s" });
  expect((await scene.ending(run.id)).evidence).toMatchObject({ killedFor: "limit:wall_s", fact: "killedLimit" });
  await scene.expectVerified();
});

test("without a supervisor its watchdog does, a few seconds later", async () => {
  await using scene = new Scene();
  const runner = scene.faultyRunner("stands-still", standsStillAtLine(2, join(scene.folder, "never")));
  const runId = await scene.queue(benchmark001({ wall_s: 0.8, grace_s: 0 }), null);
  const supervisor = superviseElsewhere(scene, runId, { runner });
  await linesAreTaken(scene, runId, 1);
  await supervisor.kill();
  const run = await scene.settledAs(runId, "timed_out");
  expect(run).toMatchObject({ error: { code: "limit.wall_s" } });
  expect(run.error?.message).toContain("watchdog");
  await scene.expectVerified();
});

test("an adopted run has its wall limit counted from its beginning", async () => {
  await using scene = new Scene();
  const limits = { wall_s: 1.5, grace_s: 0.1 };
  const runId = await scene.queue(program(fixture("ignores-sigterm.mjs", scene.folder), limits), null);
  const supervisor = superviseElsewhere(scene, runId);
  await programIsReady(scene, runId);
  await supervisor.kill();
  const worker = await scene.worker();
  expect(await worker.adopt(runId)).toMatchObject({ status: "timed_out", error: { limit: "wall_s" } });
  const { startedAt, endedAt } = await scene.status(runId);
  expect(Date.parse(endedAt ?? "") - Date.parse(startedAt ?? "")).toBeLessThan(5_000);
  await scene.expectVerified();
});

/** The time itself is what the test waits for: nothing happens in it. */
async function secondsPass(seconds: number): Promise<void> {
  const endMs = performance.now() + seconds * 1000;
  await until(`${seconds} s have passed`, () => performance.now() > endMs);
}

function vouchIsNew(path: string): () => boolean {
  const before = readFileSync(path, "utf8");
  return () => readFileSync(path, "utf8") !== before;
}
