// A cancel of a program that does all it can to live on, under each containment that can be had here: what is gone,
// what is not, and that the ending says which. docs/reliability.md shows these results.

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCommand } from "./command-in-scene.ts";
import { fixture, Scene, until } from "./scene.ts";

const graceMs = 300;

test("under pidns nothing of a program that multiplies and hides is left one second after the grace", async () => {
  await using scene = new Scene();
  const { tookMs, runId } = await cancelHider(scene, {});
  expect(scene.processes()).toEqual([]);
  expect(tookMs).toBeLessThan(graceMs + 1_000 + commandMsMax);
  expect(await scene.status(runId)).toMatchObject({ status: "cancelled", error: null });
  const { evidence, outcome } = await scene.ending(runId);
  expect(outcome).toBe("cancelled");
  expect(evidence.containment).toMatchObject({ kind: "pidns", confirmed: true, leftAlive: [] });
  await scene.expectVerified();
});

test("under sweep what cleared its environment escapes, and the ending does not say that it is gone", async () => {
  await using scene = new Scene();
  try {
    const { runId } = await cancelHider(scene, { PATH: pathWithoutNamespaces(scene) });
    expect(hidden(scene).length).toBeGreaterThan(1);
    expect(await scene.status(runId)).toMatchObject({ status: "cancelled" });
    expect((await scene.ending(runId)).evidence.containment).toMatchObject({ kind: "sweep", confirmed: false });
    const { stdout } = await startCommand(scene, ["show", runId]).ended;
    expect(stdout).toContain("not confirmed");
    await scene.expectVerified();
  } finally {
    await endHidden(scene);
  }
});

test("under sweep what kept its environment is gone, and the ending still does not vouch for it", async () => {
  await using scene = new Scene();
  const env = { PATH: pathWithoutNamespaces(scene) };
  const exec = startCommand(scene, ["exec", "--", ...fixture("forks-children.mjs", scene.folder)], env);
  const runId = await runningProgram(scene);
  await until("its children are ready", () => saysReady(scene, runId));
  expect(await cancel(scene, runId)).toMatchObject({ code: 0 });
  await exec.ended;
  expect(scene.processes()).toEqual([]);
  expect((await scene.ending(runId)).evidence.containment).toMatchObject({ kind: "sweep", confirmed: false });
  await scene.expectVerified();
});

/** The command itself has to start, and to print what it has seen. */
const commandMsMax = 2_000;

/** Runs the program under `exec` and cancels it once its daemon has multiplied. */
async function cancelHider(scene: Scene, env: Record<string, string>): Promise<{ runId: string; tookMs: number }> {
  const exec = startCommand(scene, ["exec", "--", ...fixture("multiplies-and-hides.mjs", scene.folder)], env);
  const runId = await runningProgram(scene);
  await until("the daemon has multiplied", () => hidden(scene).length > 5);
  const begunMs = performance.now();
  const { code, stdout } = await cancel(scene, runId);
  const tookMs = performance.now() - begunMs;
  expect([code, stdout]).toEqual([0, expect.stringContaining(`${runId}\tcancelled`)]);
  await exec.ended;
  return { runId, tookMs };
}

function cancel(scene: Scene, runId: string) {
  return startCommand(scene, ["cancel", runId, "--grace", String(graceMs / 1000)]).ended;
}

async function runningProgram(scene: Scene): Promise<string> {
  const ledger = await scene.ledger();
  const run = await until("a program is ready", async () => {
    const { runs } = await ledger.listRuns({ statuses: ["running"] }, {});
    return runs.find(({ id }) => saysReady(scene, id));
  });
  return run.id;
}

function saysReady(scene: Scene, runId: string): boolean {
  const file = join(scene.folderOf(runId), "stdout.log");
  return existsSync(file) && readFileSync(file, "utf8").includes("ready");
}

/** A PATH on which `unshare` fails, as on a machine whose kernel allows no namespaces. */
function pathWithoutNamespaces(scene: Scene): string {
  const folder = join(scene.folder, "bin");
  mkdirSync(folder);
  writeFileSync(join(folder, "unshare"), "#!/bin/sh\necho 'unshare: Operation not permitted' >&2\nexit 1\n");
  chmodSync(join(folder, "unshare"), 0o755);
  return `${folder}:${process.env.PATH}`;
}

/** What the daemon has become: itself and its children. */
function hidden(scene: Scene): number[] {
  const sleep = join(scene.folder, "sleep");
  return scene.processes().filter((pid) => commandLine(pid).split("\0").includes(sleep));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** What escaped is the test's to end; it multiplies until its daemon is dead. */
async function endHidden(scene: Scene): Promise<void> {
  await until("what escaped is dead", () => {
    const left = hidden(scene);
    for (const pid of left) process.kill(pid, "SIGKILL");
    return left.length === 0;
  });
}
