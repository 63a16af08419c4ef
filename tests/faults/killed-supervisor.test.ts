// `kill -9` of the process that supervises, and of both it and the runner, in the middle of a run. `ls` alone, with no
// worker anywhere, then comes to the right status.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { benchmark001, fixture, program, Scene, until } from "../scene.ts";
import { standsStillAtLine } from "./broken-runners.ts";
import { linesAreTaken, programIsReady, superviseElsewhere } from "./supervise-elsewhere.ts";

type Listed = { id: string; status: string; score: number | null; liveness: { state: string } | null };

/** What `ls` says of the one run that there is. */
async function listed(scene: Scene): Promise<Listed> {
  const { stdout, stderr } = await scene.cli("ls", "--json");
  const { runs } = JSON.parse(stdout || `{"runs":[]}`) as { runs: Listed[] };
  return runs[0] ?? expect.fail(stderr);
}

async function types(scene: Scene, runId: string): Promise<string[]> {
  return (await scene.events(runId)).map(({ type }) => type);
}

test("a program goes on without its supervisor, is listed as unsupervised, and as completed when it has ended", async () => {
  await using scene = new Scene();
  const end = join(scene.folder, "end");
  const runId = await scene.queue(program(fixture("waits-for-file.mjs", end)), null);
  const supervisor = superviseElsewhere(scene, runId);
  await programIsReady(scene, runId);
  await supervisor.kill();
  expect(await listed(scene)).toMatchObject({ id: runId, status: "running", liveness: { state: "unsupervised" } });
  writeFileSync(end, "");
  const run = await until("ls says completed", async () => {
    const seen = await listed(scene);
    return seen.status === "completed" ? seen : null;
  });
  expect(run).toMatchObject({ id: runId, liveness: null });
  expect(await types(scene, runId)).toContain("attempt.orphaned");
  expect((await scene.ending(runId)).evidence).toMatchObject({ seenBy: "conclusion", exit: null, fact: "ok" });
  await scene.expectVerified();
});

test("a benchmark goes on without its supervisor and has its score in the end", async () => {
  await using scene = new Scene();
  const go = join(scene.folder, "go");
  const runner = scene.faultyRunner("stands-still", standsStillAtLine(7, go));
  const runId = await scene.queue(benchmark001(), null);
  const supervisor = superviseElsewhere(scene, runId, { runner });
  await linesAreTaken(scene, runId, 6);
  await supervisor.kill();
  expect(await scene.settle()).toMatchObject({ concluded: [], unsupervised: [runId] });
  writeFileSync(go, "");
  expect(await scene.settledAs(runId, "completed")).toMatchObject({ score: 1, passed: true });
  await scene.expectVerified();
});

test("when supervisor and runner are both killed, ls says lost, and the program has died with its runner", async () => {
  await using scene = new Scene();
  const runId = await scene.queue(program(fixture("ignores-sigterm.mjs", scene.folder)), null);
  const supervisor = superviseElsewhere(scene, runId);
  await programIsReady(scene, runId);
  const { attempt } = await scene.status(runId);
  await supervisor.kill();
  process.kill(attempt?.pid ?? Number.NaN, "SIGKILL");
  const run = await until("ls says lost", async () => {
    const seen = await listed(scene);
    return seen.status === "lost" ? seen : null;
  });
  expect(run).toMatchObject({ id: runId, score: null });
  expect(await scene.status(runId)).toMatchObject({ error: { code: "runner.gone" }, passed: null });
  expect((await scene.ending(runId)).evidence).toMatchObject({
    ...{ seenBy: "conclusion", exit: null, containment: { kind: "pidns", confirmed: true, leftAlive: [] } },
  });
  expect(scene.processes()).toEqual([]);
  await scene.expectVerified();
});

test("a runner that dies while nobody supervises it is lost: nobody saw by what", async () => {
  await using scene = new Scene();
  const runId = await scene.queue(benchmark001(), null);
  const go = join(scene.folder, "go");
  const runner = scene.faultyRunner("dies-alone", standsStillAtLine(9, go, "dies"));
  const supervisor = superviseElsewhere(scene, runId, { runner });
  await linesAreTaken(scene, runId, 1);
  await supervisor.kill();
  writeFileSync(go, "");
  const run = await scene.settledAs(runId, "lost");
  expect(run).toMatchObject({ error: { code: "runner.gone" } });
  expect((await scene.ending(runId)).evidence.journal).toMatchObject({ lines: 8, broken: null });
  await scene.expectVerified();
});
