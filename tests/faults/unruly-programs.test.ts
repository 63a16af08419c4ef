// Programs that behave badly, through `exec`: each ends as what it did, within its limits, and nothing of it is left.
import { expect, test } from "vitest";
import { fixture, program, Scene, until } from "../scene.ts";
import { programIsReady } from "./supervise-elsewhere.ts";

test("a program that prints without end is stopped for its output, of which both ends are kept", async () => {
  await using scene = new Scene();
  const run = await scene.run(program(fixture("floods-stdout.mjs"), { output_mib: 1 }), await scene.worker());
  expect(run).toMatchObject({
    status: "failed",
    error: { code: "limit.output", limit: "output_mib", origin: "agent" },
  });
  const of = { runId: run.id, attempt: 1, stream: "stdout" as const };
  const size = await (await scene.ledger()).logSize(of);
  expect(size).toBeGreaterThan(0);
  expect(size).toBeLessThan(2 * 1024 * 1024);
  await scene.expectVerified();
});

test("a program that never ends is timed out by its wall limit", async () => {
  await using scene = new Scene();
  const limits = { wall_s: 0.4, grace_s: 0.1 };
  const run = await scene.run(program(fixture("ignores-sigterm.mjs", scene.folder), limits), await scene.worker());
  expect(run).toMatchObject({ status: "timed_out", endedBy: "limit:wall_s", error: { code: "limit.wall_s" } });
  expect((await scene.ending(run.id)).evidence.containment).toMatchObject({ confirmed: true, leftAlive: [] });
  expect(scene.processes()).toEqual([]);
  await scene.expectVerified();
});

test("a program that reports nothing is timed out by its idle limit, if somebody set one", async () => {
  await using scene = new Scene();
  const limits = { idle_s: 0.4, grace_s: 0.1 };
  const run = await scene.run(program(fixture("never-exits.mjs", scene.folder), limits), await scene.worker());
  expect(run).toMatchObject({ status: "timed_out", endedBy: "limit:idle_s" });
  await scene.expectVerified();
});

test("a program that allocates without bound is killed for its memory, with the readings as evidence", async () => {
  await using scene = new Scene();
  const limits = { memory_mib: 300 };
  const run = await scene.run(program(fixture("allocates-without-bound.mjs"), limits), await scene.worker());
  expect(run).toMatchObject({ status: "failed", error: { code: "limit.memory", limit: "memory_mib" } });
  const { evidence } = await scene.ending(run.id);
  expect(evidence.memory).toMatchObject({ limitMib: 300, oomKills: null });
  expect(evidence.memory?.peakMib).toBeGreaterThan(300);
  expect(evidence.memory?.readingsMib).toEqual(expect.arrayContaining([expect.any(Number)]));
  expect(evidence.containment).toMatchObject({ confirmed: true, leftAlive: [] });
  await scene.expectVerified();
});

test("children that ignore SIGTERM die with a program that is cancelled", async () => {
  await using scene = new Scene();
  const worker = await scene.worker();
  const runId = await scene.queue(program(fixture("forks-children.mjs", scene.folder)), worker);
  const ended = scene.supervise(runId, worker);
  await programIsReady(scene, runId);
  expect(scene.processes().length).toBeGreaterThan(3);
  await scene.cancel(runId, 200);
  expect(await ended).toMatchObject({ status: "cancelled" });
  expect(scene.processes()).toEqual([]);
  await scene.expectVerified();
});

test("a daemon that forked twice, with a session of its own and closed files, does not outlive its run", async () => {
  await using scene = new Scene();
  const run = await scene.run(program(fixture("double-forks-with-setsid.mjs", scene.folder)), await scene.worker());
  expect(run).toMatchObject({ status: "completed" });
  expect((await scene.ending(run.id)).evidence.containment).toMatchObject({ kind: "pidns", confirmed: true });
  expect(scene.processes()).toEqual([]);
  await scene.expectVerified();
});

test("a program that is not there, exits badly or dies by a signal is failed, and says which", async () => {
  await using scene = new Scene();
  const worker = await scene.worker();
  const codeOf = async (argv: string[]) => (await scene.run(program(argv), worker)).error?.code;
  expect(await codeOf(["no-such-program-anywhere"])).toBe("program.not-found");
  expect(await codeOf(fixture("exits-with.mjs", "3", "last words"))).toBe("program.exited");
  expect(await codeOf(fixture("kills-itself.mjs", "SIGSEGV"))).toBe("program.killed");
  const [newest] = (await (await scene.ledger()).listRuns({}, {})).runs.toReversed().slice(1);
  expect((await scene.ending(newest?.id ?? "")).evidence.lastStderr).toBe("last words\n");
  await scene.expectVerified();
});

test("a killed runner takes its program with it: failed, and killed by signal 9", async () => {
  await using scene = new Scene();
  const worker = await scene.worker();
  const runId = await scene.queue(program(fixture("ignores-sigterm.mjs", scene.folder)), worker);
  const ended = scene.supervise(runId, worker);
  await programIsReady(scene, runId);
  const run = await until("the runner's pid is known", async () => {
    const seen = await scene.status(runId);
    return seen.attempt?.pid == null ? null : seen;
  });
  process.kill(run.attempt?.pid ?? Number.NaN, "SIGKILL");
  expect(await ended).toMatchObject({ status: "failed", error: { code: "runner.killed" } });
  expect(scene.processes()).toEqual([]);
  await scene.expectVerified();
});
