// cancel, rm, retry, again and import with real runners: a command acts on what another process supervises, and on what
// nobody supervises any more.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Run } from "../src/core/run.ts";
import type { RunnerFacts } from "../src/protocol/spec.ts";
import { runFolder } from "../src/worker/attempt-folder.ts";
import { isAlive } from "../src/worker/process-facts.ts";
import { fixture, repository, Scene, until } from "./scene.ts";

let scene: Scene;
const started: ChildProcess[] = [];

beforeEach(() => {
  scene = new Scene();
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  for (const run of (await (await scene.ledger()).listRuns({}, {})).runs) killRunner(run.id);
  await scene[Symbol.asyncDispose]();
});

/** Starts the command line as a shell would, in the scene's folder. */
function start(...args: string[]): ChildProcess {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, RUNLEDGER_RUNNER: "source" };
  const launcher = join(repository, "bin/runledger.mjs");
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd: scene.folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  return child;
}

async function runledger(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = start(...args);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout as NonNullable<typeof child.stdout>),
    text(child.stderr as NonNullable<typeof child.stderr>),
    once(child, "exit"),
  ]);
  return { code, stdout, stderr };
}

/** Starts a program under `exec` and waits until the ledger says that it runs. */
async function startProgram(...argv: string[]): Promise<{ supervisor: ChildProcess; run: Run }> {
  const supervisor = start("exec", "--", ...argv);
  supervisor.stdout?.resume();
  supervisor.stderr?.resume();
  return { supervisor, run: await runningProgram() };
}

async function runningProgram(): Promise<Run> {
  const ledger = await scene.ledger();
  return until("the program runs", async () => {
    const { runs } = await ledger.listRuns({ statuses: ["running"] }, {});
    return runs.find(({ id }) => existsSync(join(scene.folderOf(id), "program.json")));
  });
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

function runnerOf(runId: string): RunnerFacts | null {
  const path = join(scene.folderOf(runId), "runner.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
}

/** Whatever a test that failed has left. */
function killRunner(runId: string): void {
  const facts = runnerOf(runId);
  if (facts !== null && isAlive(facts)) process.kill(facts.pid, "SIGKILL");
}

describe("the lock of a worker that was killed", () => {
  test("is removed by whoever settles its last attempt", async () => {
    const { supervisor, run } = await startProgram(...fixture("never-exits.mjs"));
    const worker = (await scene.status(run.id)).attempt?.worker ?? "";
    const lock = join(scene.home, "locks", worker);
    expect(existsSync(lock)).toBe(true);
    await kill(supervisor);
    await runledger("ls");
    expect(existsSync(lock)).toBe(true);
    killRunner(run.id);
    await scene.settledAs(run.id, "lost");
    expect(existsSync(lock)).toBe(false);
    await scene.expectVerified();
  });
});

describe("cancel", () => {
  test("returns when a program that ignores SIGTERM, supervised by another process, is gone", async () => {
    const { supervisor, run } = await startProgram(...fixture("ignores-sigterm.mjs"));
    const ended = once(supervisor, "exit");
    const { code, stdout } = await runledger("cancel", run.id, "--grace", "0.2");
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${run.id}\tcancelled\tits processes are gone`),
    });
    expect((await scene.status(run.id)).status).toBe("cancelled");
    expect(runnerOf(run.id)).toSatisfy((facts: RunnerFacts) => !isAlive(facts));
    await ended;
    await scene.expectVerified();
  });

  test("adopts and ends a run whose supervisor was killed", async () => {
    const { supervisor, run } = await startProgram(...fixture("never-exits.mjs"));
    await kill(supervisor);
    const asked = await runledger("cancel", run.id, "--no-wait");
    expect(asked.stderr).toContain("nobody supervises");
    expect((await scene.status(run.id)).status).toBe("cancelling");
    const { code, stderr } = await runledger("cancel", run.id, "--grace", "0");
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("adopted") });
    expect((await scene.status(run.id)).status).toBe("cancelled");
    expect(runnerOf(run.id)).toSatisfy((facts: RunnerFacts) => !isAlive(facts));
    await scene.expectVerified();
  });
});

describe("rm --force", () => {
  test("ends a run that nobody supervises, deletes it with its files, and leaves no process", async () => {
    const { supervisor, run } = await startProgram(...fixture("never-exits.mjs"));
    const facts = runnerOf(run.id);
    await kill(supervisor);
    expect(await runledger("rm", run.id)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("run.illegal-move"),
    });
    expect(await runledger("rm", run.id, "--force")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("deleted"),
    });
    expect(await (await scene.ledger()).isDeleted(run.id)).toBe(true);
    expect(existsSync(runFolder({ home: scene.home, runId: run.id }))).toBe(false);
    expect(facts).toSatisfy((runner: RunnerFacts) => !isAlive(runner));
    await scene.expectVerified();
  });

  test("deletes a run that another process supervises, which goes on to its own end", async () => {
    const { supervisor, run } = await startProgram(...fixture("never-exits.mjs"));
    const ended = once(supervisor, "exit");
    expect(await runledger("rm", run.id, "--force")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("deleted"),
    });
    await ended;
    expect(existsSync(runFolder({ home: scene.home, runId: run.id }))).toBe(false);
    await scene.expectVerified();
  });

  test("whoever was running or watching the run says so and exits with 1: no mistake of theirs, and no result", async () => {
    const started = start("exec", "--", ...fixture("never-exits.mjs"));
    const run = await runningProgram();
    const watched = runledger("watch", run.id);
    const ends = Promise.all([text(started.stderr as NonNullable<typeof started.stderr>), once(started, "exit")]);
    expect((await runledger("rm", run.id, "--force")).code).toBe(0);
    const [stderr, [code]] = await ends;
    const told = `run.deleted-meanwhile: run ${run.id} was deleted by somebody else`;
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(told) });
    // Its watcher may have come too late to see anything but the deletion.
    expect((await watched).stderr).toMatch(/run\.deleted/);
    await scene.expectVerified();
  });
});

describe("retry", () => {
  test("runs a failed program once more under the same id, and gives its exit code", async () => {
    const marker = join(scene.folder, "marker");
    const script = `if [ -e ${marker} ]; then echo second; exit 0; fi; touch ${marker}; echo first; exit 5`;
    expect((await runledger("exec", "--", "sh", "-c", script)).code).toBe(5);
    const first = (await (await scene.ledger()).newestRun(0)) ?? "";
    const retried = await runledger("retry", "last");
    // What is shown is the new attempt, and nothing of the one before.
    expect([retried.code, retried.stdout]).toEqual([0, "second\n"]);
    const lines = retried.stderr.split("\n").filter((line) => /^ {2}\d{4}-/.test(line));
    expect(lines.map((line) => line.split(/\s+/)[2])).toEqual(["queued", "started", "completed"]);
    expect(retried.stderr.match(/^run {5}/gm)).toHaveLength(1);
    expect(await scene.status(first)).toMatchObject({ status: "completed", attempt: { number: 2 } });
    expect(await runledger("retry", "last")).toMatchObject({ code: 2, stderr: expect.stringContaining("again") });
    await scene.expectVerified();
  });
});

describe("again", () => {
  test("is a new run with the same content and seed, and says whose again it is", async () => {
    const benchmark = join(repository, "benchmarks/001-sol-transfer.yml");
    const one = await runledger("run", benchmark, "--seed", "11", "--json");
    const two = await runledger("again", "last", "--json");
    const [first, second] = [JSON.parse(one.stdout), JSON.parse(two.stdout)];
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(second).toMatchObject({
      againOf: first.id,
      seed: 11,
      subject: first.subject,
      agent: first.agent,
      score: first.score,
      passed: true,
    });
    expect(second.id).not.toBe(first.id);
    await scene.expectVerified();
  });
});

describe("import", () => {
  test("a ledger that was deleted comes back from its attempt folders, and its runs can be run again", async () => {
    const benchmark = join(repository, "benchmarks/001-sol-transfer.yml");
    const before = JSON.parse((await runledger("run", benchmark, "--seed", "11", "--json")).stdout);
    expect((await runledger("exec", "--", "sh", "-c", "echo kept; exit 3")).code).toBe(3);
    for (const name of ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"])
      rmSync(join(scene.home, name), { force: true });
    expect(await runledger("ls")).toMatchObject({ code: 2, stderr: expect.stringContaining("import") });
    expect((await runledger("import", ".")).code).toBe(0);
    const after = JSON.parse((await runledger("show", before.id, "--json")).stdout);
    const told = ({ id, status, score, passed, scoring, seed, agent, subject, usage }: Record<string, unknown>) => ({
      id,
      status,
      score,
      passed,
      scoring,
      seed,
      agent,
      subject,
      usage,
    });
    expect(told(after)).toEqual(told(before));
    expect((await runledger("logs", "last")).stdout).toBe("kept\n");
    expect((await runledger("verify")).code).toBe(0);
    expect((await runledger("again", before.id)).code).toBe(0);
  });

  test("a runner that lives is left alone until it has ended", async () => {
    const { supervisor, run } = await startProgram(...fixture("never-exits.mjs"));
    await kill(supervisor);
    const other = join(scene.folder, "other");
    const ran = await runledger("import", scene.home, "--ledger", other, "--json");
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ alive: 1, taken: 0, runs: [{ runId: run.id, result: "alive" }] });
    expect((await runledger("cancel", run.id, "--grace", "0")).code).toBe(0);
    expect((await runledger("import", scene.home, "--ledger", other)).stdout).toContain(`${run.id}\ttaken\tcancelled`);
  });
});
