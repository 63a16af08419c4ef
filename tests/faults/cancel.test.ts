// Cancel really stops: request, grace, kill of the whole tree, observed death, and only then the ending.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { benchmark001, fixture, inParallel, program, Scene } from "../scene.ts";
import { standsStillAtLine } from "./broken-runners.ts";
import { linesAreTaken, programIsReady } from "./supervise-elsewhere.ts";

describe("a cancel of a running program", () => {
  test("lets one that ends on SIGTERM clean up", async () => {
    await using scene = new Scene();
    const worker = await scene.worker();
    const runId = await scene.queue(program(fixture("ends-well-on-sigterm.mjs", scene.folder)), worker);
    const ended = scene.supervise(runId, worker);
    await programIsReady(scene, runId);
    const askedMs = performance.now();
    await scene.cancel(runId, 10_000);
    expect(await ended).toMatchObject({ status: "cancelled", error: null });
    expect(performance.now() - askedMs).toBeLessThan(5_000);
    const log = { runId, attempt: 1, stream: "stdout" as const, offset: 0, limit: 1000 };
    expect(Buffer.from(await (await scene.ledger()).readLog(log)).toString()).toBe("ready\ncleaned up\n");
    await scene.expectVerified();
  });

  test("kills one that ignores SIGTERM: nothing is left one second after the grace", async () => {
    await using scene = new Scene();
    const worker = await scene.worker();
    const tookMs = await inParallel([1, 2, 3, 4], 1, async () => {
      const runId = await scene.queue(program(fixture("ignores-sigterm.mjs", scene.folder)), worker);
      const ended = scene.supervise(runId, worker);
      await programIsReady(scene, runId);
      const askedMs = performance.now();
      await scene.cancel(runId, 300);
      expect(await ended).toMatchObject({ status: "cancelled" });
      expect(scene.processes()).toEqual([]);
      expect((await scene.ending(runId)).evidence.containment).toMatchObject({ confirmed: true, leftAlive: [] });
      return performance.now() - askedMs;
    });
    expect(Math.max(...tookMs)).toBeLessThan(300 + 1_000);
    await scene.expectVerified();
  });

  test("goes on faster when a second cancel is less patient", async () => {
    await using scene = new Scene();
    const worker = await scene.worker();
    const runId = await scene.queue(program(fixture("ignores-sigterm.mjs", scene.folder)), worker);
    const ended = scene.supervise(runId, worker);
    await programIsReady(scene, runId);
    await scene.cancel(runId, 60_000);
    expect(await scene.cancel(runId, 90_000)).toMatchObject({ status: "cancelling", cancel: { graceMs: 60_000 } });
    await scene.cancel(runId, 100);
    expect(await ended).toMatchObject({ status: "cancelled", cancel: { graceMs: 100 } });
    await scene.expectVerified();
  });
});

test("a runner that stands still is cancelled by TERM and KILL, and the ending names the reason", async () => {
  await using scene = new Scene();
  const runner = scene.faultyRunner("stands-still", standsStillAtLine(5, join(scene.folder, "never")));
  const worker = await scene.worker({ url: runner });
  const runId = await scene.queue(benchmark001(), worker);
  const ended = scene.supervise(runId, worker);
  await linesAreTaken(scene, runId, 4);
  await scene.cancel(runId, 200);
  expect(await ended).toMatchObject({ status: "cancelled" });
  expect((await scene.ending(runId)).evidence).toMatchObject({ killedFor: "cancel", fact: "killedCancel" });
  await scene.expectVerified();
});

test("a cancel of a run without a process ends it at once, and one of an ended run is refused", async () => {
  await using scene = new Scene();
  const queued = await scene.queue(benchmark001(), null);
  expect(await scene.cancel(queued, 0)).toMatchObject({ status: "cancelled", attempt: null });
  expect(await scene.cancel(queued, 0)).toMatchObject({ status: "cancelled" });
  const done = await scene.run(program(["true"]), await scene.worker());
  await expect(scene.cancel(done.id, 0)).rejects.toMatchObject({ code: "run.already-ended" });
  expect(await scene.status(done.id)).toMatchObject({ status: "completed" });
  await scene.expectVerified();
});

test("when cancel and end race, there is one ending, and it is what was observed", async () => {
  await using scene = new Scene();
  const worker = await scene.worker();
  const seed = Math.floor(Math.random() * 2 ** 32);
  const delayMs = (round: number): number => ((seed ^ Math.imul(round + 1, 0x9e3779b1)) >>> 0) % 40;
  await inParallel([...Array(10).keys()], 2, async (round) => {
    const end = join(scene.folder, `end-${round}`);
    const runId = await scene.queue(program(fixture("waits-for-file.mjs", end)), worker);
    const ended = scene.supervise(runId, worker);
    await programIsReady(scene, runId);
    writeFileSync(end, "");
    const untilMs = performance.now() + delayMs(round);
    while (performance.now() < untilMs) await new Promise(setImmediate);
    const asked = await scene.cancel(runId, 1_000).catch((error: { code: string }) => error.code);
    const run = await ended;
    const title = `seed ${seed}, round ${round}, cancel after ${delayMs(round)} ms`;
    const { evidence } = await scene.ending(runId);
    const endings = (await scene.events(runId))
      .map(({ type }) => type)
      .filter((type) => /^(attempt\.ended|run\.(completed|cancelled|failed|lost|timed_out))$/.test(type));
    expect(endings, title).toEqual(["attempt.ended", `run.${run.status}`]);
    expect(["completed", "cancelled"], title).toContain(run.status);
    expect(evidence.finish?.outcome, title).toBe(run.status);
    if (typeof asked === "string") expect([asked, run.status], title).toEqual(["run.already-ended", "completed"]);
  });
  await scene.expectVerified();
});
