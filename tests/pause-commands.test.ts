// `pause` and `resume` as a person uses them, each command a process of its own: what they answer, what the first
// terminal says, and that every step of the flow was done once.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCommand } from "./command-in-scene.ts";
import { benchmark001, Scene, until } from "./scene.ts";
import { type WitnessedFlow, witnessedFlow } from "./witnessed-flow.ts";

type Answer = { id: string; result: string; detail: string; problem: { code: string } | null };

test("a flow is paused from another terminal, and a third one resumes it to its end", async () => {
  await using scene = new Scene();
  const flow = witnessedFlow(scene, { steps: 4, gates: [2] });
  const ran = startCommand(scene, ["run", flow.file]);
  await until("step 2 is under way", () => flow.witnessed().length === 2);
  const paused = pauseAnd(scene, flow, 2);
  expect(await paused).toMatchObject({ code: 0, run: { result: "paused", detail: "at a checkpoint, 2 steps done" } });
  // Nothing has failed, and nothing is complete either.
  expect((await ran.ended).code).toBe(1);
  expect(scene.processes()).toEqual([]);
  const { id: runId } = (await paused).run;
  const resumed = await startCommand(scene, ["resume", runId]).ended;
  expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining("completed")]);
  expect(await scene.status(runId)).toMatchObject({ status: "completed", score: 1, attempt: { number: 2 } });
  expect(flow.witnessed()).toEqual(["1", "2", "3", "4"]);
  await scene.expectVerified();
});

test("a pause of a flow in its last step waits for its end and says that it ended", async () => {
  await using scene = new Scene();
  const flow = witnessedFlow(scene, { steps: 2, gates: [2] });
  const ran = startCommand(scene, ["run", flow.file]);
  await until("step 2 is under way", () => flow.witnessed().length === 2);
  const { code, run } = await pauseAnd(scene, flow, 2);
  expect([code, run]).toMatchObject([
    0,
    { result: "completed", detail: "it ended before the pause took effect", problem: null },
  ]);
  expect(await ran.ended).toMatchObject({ code: 0 });
  const again = await answersOf(scene, ["pause", run.id]);
  expect([again.code, again.run]).toMatchObject([2, { result: "refused", problem: { code: "run.illegal-move" } }]);
  expect((await startCommand(scene, ["resume", run.id]).ended).code).toBe(2);
  expect(flow.witnessed()).toEqual(["1", "2"]);
  await scene.expectVerified();
});

test("a queued run is held, which no worker takes, and goes on from its start when it is resumed", async () => {
  await using scene = new Scene();
  const held = await scene.queue(benchmark001(), null);
  expect(await answersOf(scene, ["pause", held])).toMatchObject({ code: 0, run: { result: "paused" } });
  expect((await startCommand(scene, ["worker", "--until-idle"]).ended).code).toBe(0);
  expect(await scene.status(held)).toMatchObject({ status: "paused", attempt: null });
  expect((await startCommand(scene, ["resume", held]).ended).code).toBe(0);
  expect(await scene.status(held)).toMatchObject({ status: "completed", score: 1, attempt: { number: 1 } });
  await scene.expectVerified();
});

/** Asks for a pause while this step waits at its gate, and opens that once the runner has been told. */
async function pauseAnd(scene: Scene, flow: WitnessedFlow, step: number) {
  const answer = answersOf(scene, ["pause", "last"]);
  const ledger = await scene.ledger();
  await until("the runner was told", async () => {
    const runId = await ledger.newestRun(0);
    const control = join(scene.folderOf(runId ?? ""), "control.jsonl");
    return existsSync(control) && readFileSync(control, "utf8").includes("pause");
  });
  flow.open(step);
  return answer;
}

async function answersOf(scene: Scene, args: string[]): Promise<{ code: number | null; run: Answer }> {
  const { code, stdout, stderr } = await startCommand(scene, [...args, "--json"]).ended;
  const [run] = (JSON.parse(stdout || `{"runs":[]}`) as { runs: Answer[] }).runs;
  return { code, run: run ?? expect.fail(stderr) };
}
