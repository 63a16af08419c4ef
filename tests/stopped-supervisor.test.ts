// A supervisor that is stopped (SIGSTOP) and goes on later, while others work on the same ledger: nobody takes over, and
// its run completes in the one attempt that it has. STOP_S=120 stops it for two minutes.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCommand } from "./command-in-scene.ts";
import { stopBetweenCommits } from "./faults/stop-between-commits.ts";
import { fixture, program, Scene, until } from "./scene.ts";

const stopS = Number(process.env.STOP_S ?? 3);
const testMsMax = stopS * 1_000 + 60_000;

test(
  "a stopped supervisor keeps its run: others look, watch and work beside it, and nobody takes over",
  async () => {
    await using scene = new Scene();
    const end = join(scene.folder, "end");
    const exec = startCommand(scene, ["exec", "--", ...fixture("reports-until-told.mjs", end)]);
    const runId = await runningProgram(scene, 3);
    await stopBetweenCommits(exec.child);
    const watch = startCommand(scene, ["watch", runId]);
    await lookBeside(scene, runId, stopS);
    // Work of somebody else's goes through meanwhile.
    expect(await scene.run(program(["true"]), await scene.worker())).toMatchObject({ status: "completed" });
    exec.child.kill("SIGCONT");
    writeFileSync(end, "");
    expect(await exec.ended).toMatchObject({ code: 0, signal: null });
    expect(await watch.ended).toMatchObject({ code: 0 });
    await expectOneAttempt(scene, runId);
    await scene.expectVerified();
  },
  testMsMax,
);

test(
  "a supervisor that was stopped for longer than the idle limit does not take its own silence for the program's",
  async () => {
    await using scene = new Scene();
    const end = join(scene.folder, "end");
    const limits = ["--limits", `idle_s=${(stopS * 2) / 3}`];
    const exec = startCommand(scene, ["exec", ...limits, "--", ...fixture("reports-until-told.mjs", end)]);
    const runId = await runningProgram(scene, 3);
    await stopBetweenCommits(exec.child);
    await lookBeside(scene, runId, stopS);
    const seenBefore = (await scene.events(runId)).length;
    exec.child.kill("SIGCONT");
    await until("it takes the journal again", async () => (await scene.events(runId)).length > seenBefore + 3);
    writeFileSync(end, "");
    expect(await exec.ended).toMatchObject({ code: 0 });
    await expectOneAttempt(scene, runId);
    await scene.expectVerified();
  },
  testMsMax,
);

test("a program that is silent for longer than its idle limit is still found out after its supervisor was stopped", async () => {
  await using scene = new Scene();
  const exec = startCommand(scene, ["exec", "--limits", "idle_s=1.5,grace_s=0.1", "--", ...fixture("never-exits.mjs")]);
  const runId = await runningProgram(scene, 1);
  await stopBetweenCommits(exec.child);
  await lookBeside(scene, runId, 1);
  exec.child.kill("SIGCONT");
  expect(await exec.ended).toMatchObject({ code: 124 });
  expect(await scene.status(runId)).toMatchObject({ status: "timed_out", endedBy: "limit:idle_s" });
  await scene.expectVerified();
});

/** The run, once it runs and so many of its lines are in the ledger. */
async function runningProgram(scene: Scene, lines: number): Promise<string> {
  const ledger = await scene.ledger();
  const run = await until(`a program runs and has written ${lines} lines`, async () => {
    const [first] = (await ledger.listRuns({ statuses: ["running"] }, {})).runs;
    return first !== undefined && (await ledger.journalCursor(first.id, 1)).n >= lines ? first : null;
  });
  return run.id;
}

/** So long others list what there is, again and again: the run goes on, and somebody is there for it. */
async function lookBeside(scene: Scene, runId: string, seconds: number): Promise<void> {
  const endMs = performance.now() + seconds * 1_000;
  while (performance.now() < endMs) {
    const { code, stdout } = await startCommand(scene, ["ls", "--json"]).ended;
    const { runs } = JSON.parse(stdout) as { runs: { id: string; status: string; liveness: { state: string } }[] };
    const seen = runs.find(({ id }) => id === runId);
    expect([code, seen?.status]).toEqual([0, "running"]);
    expect(["live", "stale"]).toContain(seen?.liveness.state);
  }
}

async function expectOneAttempt(scene: Scene, runId: string): Promise<void> {
  expect(await scene.status(runId)).toMatchObject({ status: "completed", attempt: { number: 1 } });
  const types = (await scene.events(runId)).map(({ type }) => type).filter((type) => type.startsWith("attempt."));
  expect(types).toEqual(["attempt.claimed", "attempt.started", "attempt.ended"]);
}
