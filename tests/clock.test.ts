// Somebody sets the wall clock while runs are under way, in the supervisor, in the runner or in both: no verdict
// changes, and no time that is measured. One process's clock is stepped by a file that it reads at each look.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { startCommand } from "./command-in-scene.ts";
import { standsStillAtLine } from "./faults/broken-runners.ts";
import { benchmark001, fixture, inParallel, repository, Scene, until } from "./scene.ts";

const hourMs = 3_600_000;
/** What the clock is off by, one after another, while the run is under way. */
const steps: Record<string, number[]> = {
  "an hour on": [hourMs],
  "an hour back": [-hourMs],
  "an hour on and back again": [hourMs, 0],
  "an hour back and on again": [-hourMs, 0],
};
const whose = ["the supervisor", "the runner", "both"] as const;
const matrix = whose.flatMap((who) => Object.keys(steps).map((step) => ({ who, step })));

test("a step of an hour in supervisor, runner or both changes no verdict and no order of a benchmark's events", async () => {
  await using scene = new Scene();
  await inParallel(matrix, 2, async ({ who, step }) => {
    const title = `${who}: ${step}`;
    const clock = clockIn(scene, title);
    const [go, tag] = [join(scene.folder, `go ${title}`), title.replaceAll(" ", "-")];
    const lines = `${standsStillAtLine(7, go)}\n${who === "the supervisor" ? "" : clock.importLine}`;
    const runner = scene.faultyRunner(tag, lines);
    const runId = await scene.queue(benchmark001({ wall_s: 60, idle_s: 60 }), null);
    const supervisor = superviseWith(scene, runId, runner, who === "the runner" ? null : clock);
    const taken = () => scene.ledger().then((ledger) => ledger.journalCursor(runId, 1));
    await until(`${title}: six lines are taken`, async () => (await taken()).n >= 6);
    for (const offMs of steps[step] ?? []) clock.set(offMs);
    writeFileSync(go, "");
    expect(await supervisor.ended, title).toMatchObject({ code: 0 });
    const run = await scene.status(runId);
    expect(run, title).toMatchObject({ status: "completed", score: 1, passed: true, attempt: { number: 1 } });
    const events = await scene.events(runId);
    const recorded = events.map(({ recordedAt }) => recordedAt);
    expect(recorded, title).toEqual(recorded.toSorted());
    const [returned] = events.filter(({ type }) => type === "tool.returned");
    expect(Number(returned?.data.ms), title).toBeLessThan(10_000);
  });
  await scene.expectVerified();
}, 60_000);

test.each(["an hour on", "an hour back"])(
  "limits and grace are measured, not read from the clock: %s",
  async (step) => {
    await using scene = new Scene();
    const clock = clockIn(scene, "clock");
    const offMs = steps[step]?.[0] ?? 0;
    const start = async (limits: string, ...argv: string[]) => {
      clock.set(0);
      const exec = startCommand(scene, ["exec", "--limits", limits, "--", ...argv], clock.env);
      const begunMs = performance.now();
      const runId = await runningProgram(scene);
      clock.set(offMs);
      return { exec, runId, begunMs };
    };
    const walled = await start("wall_s=1.5,grace_s=0.1", ...fixture("never-exits.mjs", scene.folder));
    expect(await walled.exec.ended).toMatchObject({ code: 124 });
    expect(performance.now() - walled.begunMs).toBeGreaterThan(1_400);
    expect(await scene.status(walled.runId)).toMatchObject({ status: "timed_out", endedBy: "limit:wall_s" });

    const cancelled = await start("wall_s=60,idle_s=60", ...fixture("ignores-sigterm.mjs", scene.folder));
    expect((await startCommand(scene, ["cancel", cancelled.runId, "--grace", "0.3"]).ended).code).toBe(0);
    await cancelled.exec.ended;
    expect(await scene.status(cancelled.runId)).toMatchObject({ status: "cancelled" });
    await scene.expectVerified();
  },
);

test.each(["an hour on", "an hour back"])(
  "a wall limit goes on where it was when the adopter's clock is %s",
  async (step) => {
    await using scene = new Scene();
    const clock = clockIn(scene, "clock");
    const end = join(scene.folder, "end");
    const exec = startCommand(scene, ["exec", "--limits", "wall_s=60", "--", ...fixture("waits-for-file.mjs", end)]);
    const runId = await runningProgram(scene);
    await exec.kill();
    clock.set(steps[step]?.[0] ?? 0);
    const watch = startCommand(scene, ["watch", runId], clock.env);
    await until("it is adopted", async () =>
      (await scene.events(runId)).some(({ type }) => type === "attempt.adopted"),
    );
    const { attempt } = await scene.status(runId);
    const supervised = join(scene.folderOf(runId), "supervised");
    // An adopter vouches after it has looked at the limits.
    await until("the adopter vouches", () => readFileSync(supervised, "utf8").includes(attempt?.claimId ?? "none"));
    writeFileSync(end, "");
    expect(await watch.ended).toMatchObject({ code: 0 });
    expect(await scene.status(runId)).toMatchObject({ status: "completed", attempt: { number: 1 } });
    await scene.expectVerified();
  },
);

type SteppedClock = { env: Record<string, string>; importLine: string; set(offMs: number): void };

/** A clock that the test can set, for the processes that import it. */
function clockIn(scene: Scene, name: string): SteppedClock {
  const file = join(scene.folder, `${name.replaceAll(" ", "-").replaceAll(":", "")}.ms`);
  const url = pathToFileURL(join(repository, "tests/programs/steps-its-clock.mjs"));
  url.searchParams.set("file", file);
  return {
    env: { NODE_OPTIONS: `--import=${url.href}` },
    importLine: `await import(${JSON.stringify(url.href)});`,
    set: (offMs) => writeFileSync(file, String(offMs)),
  };
}

/** A process that claims the run and supervises it to its end. */
function superviseWith(scene: Scene, runId: string, runner: URL, clock: SteppedClock | null) {
  const [node = "", ...args] = fixture("supervises-one-run.ts", scene.home, runId, runner.href);
  const env = { ...process.env, ...clock?.env };
  const child = spawn(node, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  const ended = Promise.all([text(child.stderr), once(child, "exit")]);
  return { ended: ended.then(([stderr, [code]]) => ({ code: code as number | null, stderr })) };
}

/** The run whose program has said that it is ready. */
async function runningProgram(scene: Scene): Promise<string> {
  const ledger = await scene.ledger();
  const run = await until("a program is ready", async () => {
    const { runs } = await ledger.listRuns({ statuses: ["running"] }, {});
    return runs.find(({ id }) => {
      const file = join(scene.folderOf(id), "stdout.log");
      return existsSync(file) && readFileSync(file, "utf8").includes("ready");
    });
  });
  return run.id;
}
