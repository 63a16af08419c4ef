// No finished step is done twice, and none is left out: a flow whose every step leaves a line in a file outside of the
// run is paused, its supervisors are killed, and other processes go on with it. SEED=… repeats the mixes of a run of
// this test, MIXES=… makes more of them.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RunledgerError } from "../src/core/errors.ts";
import { isTerminal } from "../src/core/moves.ts";
import type { Run } from "../src/core/run.ts";
import { fixture, inParallel, runnerUrl, Scene, until } from "./scene.ts";
import { seededRandom } from "./seeded-random.ts";
import { type WitnessedFlow, witnessedFlow } from "./witnessed-flow.ts";

const mixes = Number(process.env.MIXES ?? 4);
/** After so many of them a run is left in peace. */
const disturbancesMax = 8;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));

test("a pause that comes during the last step changes nothing: the run completes, and is not stuck", async () => {
  await using scene = new Scene();
  const flow = witnessedFlow(scene, { steps: 3, gates: [3] });
  const worker = await scene.worker();
  const runId = await scene.queue(flow.benchmark, worker);
  const ended = scene.supervise(runId, worker);
  await pauseDuring(scene, runId, flow, 3);
  flow.open(3);
  expect(await ended).toMatchObject({ status: "completed", score: 1, checkpoint: null, attempt: { number: 1 } });
  expect(flow.witnessed()).toEqual(["1", "2", "3"]);
  await scene.expectVerified();
});

test("a paused flow has no process, and another process goes on with the next step", async () => {
  await using scene = new Scene();
  const flow = witnessedFlow(scene, { steps: 4, gates: [2] });
  const runId = await scene.queue(flow.benchmark, null);
  const first = lookAfter(scene, runId);
  await pauseDuring(scene, runId, flow, 2);
  flow.open(2);
  await first.ended;
  expect(await scene.status(runId)).toMatchObject({ status: "paused", checkpoint: expect.stringMatching(/^sha256:/) });
  expect(flow.witnessed()).toEqual(["1", "2"]);
  expect(scene.processes()).toEqual([]);
  await resume(scene, runId);
  await lookAfter(scene, runId).ended;
  expect(await scene.status(runId)).toMatchObject({ status: "completed", score: 1, attempt: { number: 2 } });
  expect(flow.witnessed()).toEqual(["1", "2", "3", "4"]);
  await scene.expectVerified();
});

test("a pause that is asked for while nobody supervises is obeyed by whoever adopts", async () => {
  await using scene = new Scene();
  const flow = witnessedFlow(scene, { steps: 3, gates: [2] });
  const runId = await scene.queue(flow.benchmark, null);
  const first = lookAfter(scene, runId);
  await until("step 2 is under way", () => flow.witnessed().length === 2);
  await first.kill();
  await (await scene.ledger()).execute(runId, { type: "pause" }, "test");
  const second = lookAfter(scene, runId);
  await toldToPause(scene, runId);
  flow.open(2);
  await second.ended;
  expect(await scene.status(runId)).toMatchObject({ status: "paused" });
  await resume(scene, runId);
  await lookAfter(scene, runId).ended;
  expect(await scene.status(runId)).toMatchObject({ status: "completed", score: 1 });
  expect(flow.witnessed()).toEqual(["1", "2", "3"]);
  await scene.expectVerified();
});

test("a runner that is killed after a resume has done nothing twice, and the run says failed", async () => {
  await using scene = new Scene();
  const flow = witnessedFlow(scene, { steps: 4, gates: [2, 3] });
  const worker = await scene.worker();
  const runId = await scene.queue(flow.benchmark, worker);
  const paused = scene.supervise(runId, worker);
  await pauseDuring(scene, runId, flow, 2);
  flow.open(2);
  expect(await paused).toMatchObject({ status: "paused" });
  await resume(scene, runId);
  const ended = scene.supervise(runId, worker);
  await until("step 3 is under way", () => flow.witnessed().length === 3);
  const { attempt } = await scene.status(runId);
  process.kill(attempt?.pid ?? Number.NaN, "SIGKILL");
  expect(await ended).toMatchObject({ status: "failed", error: { code: "runner.killed" }, attempt: { number: 2 } });
  expect(flow.witnessed()).toEqual(["1", "2", "3"]);
  await scene.expectVerified();
});

test(
  "after any mix of pauses, killed supervisors and resumes each step was done once, in order",
  async () => {
    await inParallel([...Array(mixes).keys()], 2, async (mix) => {
      await using scene = new Scene();
      const title = `SEED=${seed}, mix ${mix}`;
      const random = seededRandom(seed + mix);
      const flow = witnessedFlow(scene, { steps: 6, stepS: 0.15 });
      const runId = await scene.queue(flow.benchmark, null);
      const done = await disturb(scene, runId, random);
      const run = await scene.status(runId);
      expect([run.status, run.score, run.error], `${title}: ${done}`).toEqual(["completed", 1, null]);
      expect(flow.witnessed(), `${title}: ${done}`).toEqual(["1", "2", "3", "4", "5", "6"]);
      expect(scene.processes(), title).toEqual([]);
      await scene.expectVerified();
    });
  },
  60_000 + mixes * 15_000,
);

/** Disturbs the run a few times and sees it to its end; what was done to it, in words. */
async function disturb(scene: Scene, runId: string, random: () => number): Promise<string[]> {
  const done: string[] = [];
  let keeper = lookAfter(scene, runId);
  let deadClaim: string | null = null;
  for (;;) {
    const run = await standing(scene, runId, deadClaim);
    if (isTerminal(run.status)) break;
    if (run.status === "paused") {
      await keeper.ended;
      await resume(scene, runId);
      done.push("resumed");
    } else {
      if (done.length >= disturbancesMax) break;
      await timePasses(random() * 300);
      const dice = random();
      if (dice < 0.7) done.push(await pauseIfMoving(scene, runId));
      if (dice > 0.4) {
        await keeper.kill();
        deadClaim = run.attempt?.claimId ?? null;
        done.push("killed");
      }
    }
    if (keeper.isOver()) keeper = lookAfter(scene, runId);
  }
  await keeper.ended;
  return done;
}

/** The run once somebody looks after it, by another claim than the one whose process was killed, or nobody has to. */
async function standing(scene: Scene, runId: string, deadClaim: string | null): Promise<Run> {
  return until("it is looked after, paused or over", async () => {
    const run = await scene.status(runId);
    const isLookedAfter = run.status === "running" && run.attempt?.claimId !== deadClaim;
    return isLookedAfter || run.status === "paused" || isTerminal(run.status) ? run : null;
  });
}

async function pauseIfMoving(scene: Scene, runId: string): Promise<string> {
  try {
    const { run } = await (await scene.ledger()).execute(runId, { type: "pause" }, "test");
    return run.status;
  } catch (error) {
    if (error instanceof RunledgerError && error.code === "run.illegal-move") return error.message;
    throw error;
  }
}

async function resume(scene: Scene, runId: string): Promise<void> {
  await (await scene.ledger()).execute(runId, { type: "resume", claim: null }, "test");
}

/** A process of its own that looks after the run until it is over or paused. */
function lookAfter(scene: Scene, runId: string) {
  const [node = "", ...args] = fixture("looks-after-a-run.ts", scene.home, runId, runnerUrl.href);
  const child: ChildProcess = spawn(node, args, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(child, "exit").then(() => undefined);
  return {
    ended,
    isOver: () => child.exitCode !== null || child.signalCode !== null,
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Asks for a pause while this step is under way, and waits until the runner has been told. */
async function pauseDuring(scene: Scene, runId: string, flow: WitnessedFlow, step: number): Promise<void> {
  await until(`step ${step} is under way`, () => flow.witnessed().length === step);
  await (await scene.ledger()).execute(runId, { type: "pause" }, "test");
  await toldToPause(scene, runId);
}

async function toldToPause(scene: Scene, runId: string): Promise<void> {
  const control = join(scene.folderOf(runId), "control.jsonl");
  await until("the runner was told", () => readFileSync(control, "utf8").includes("pause"));
}

/** The time itself is what is waited for: the moment of the next disturbance. */
async function timePasses(ms: number): Promise<void> {
  const endMs = performance.now() + ms;
  await until(`${ms} ms have passed`, () => performance.now() >= endMs);
}
