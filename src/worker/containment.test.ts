// Trees are ended and seen gone, with real runners (a stand-in that holds a program as a runner does), also when the
// runner itself was killed.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ProcessRef } from "../core/events.ts";
import { type AttemptTree, killTree, observeGone, readProgramFacts } from "./containment.ts";
import { allProcesses, isAlive, processRef, readPlace, signalProcess } from "./process-facts.ts";

const programs = fileURLToPath(new URL("../../tests/programs/", import.meta.url));
const soon = { termMs: 0, goneMs: 10_000 };
let attemptDir: string;
let mark: string;
let runners: ChildProcess[];

beforeEach(() => {
  attemptDir = mkdtempSync(join(tmpdir(), "runledger-tree-"));
  mark = `mark-${process.pid}-${Math.random().toString(36).slice(2)}`;
  runners = [];
});

afterEach(() => {
  for (const runner of runners) runner.kill("SIGKILL");
  for (const { pid, startTicks } of marked()) signalProcess({ pid, startTicks }, "SIGKILL", readPlace());
  rmSync(attemptDir, { recursive: true });
});

/** A runner that holds this program; resolves when the program has printed `sign`. */
async function startRunner(containment: "pidns" | "sweep", argv: string[], sign: string) {
  const standIn = `${programs}stands-in-for-a-runner.ts`;
  const args = [standIn, attemptDir, containment, ...argv];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  runners.push(child);
  const lines: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => lines.push(text));
  await until(() => lines.join("").includes(sign), `the program prints ${sign}`);
  const tree: AttemptTree = { runner: processRef(child.pid as number) as ProcessRef, place: readPlace(), attemptDir };
  return { child, tree, printed: () => lines.join("") };
}

const node = (name: string): string[] => [process.execPath, `${programs}${name}`, mark];

/** Living processes of the program: Node with a fixture that carries the test's mark. */
function marked() {
  const isMarked = (pid: number): boolean => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return words[1]?.endsWith(".mjs") === true && words.includes(mark);
    } catch {
      return false;
    }
  };
  return allProcesses().filter(({ pid, state }) => state !== "Z" && isMarked(pid));
}

async function until(isTrue: () => boolean, what: string): Promise<void> {
  await expect.poll(isTrue, { timeout: 10_000, interval: 10, message: what }).toBe(true);
}

async function killRunner({ child }: { child: ChildProcess }): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("when its runner is killed with SIGKILL", () => {
  test.each(["forks-children.mjs", "ignores-sigterm.mjs"])(
    "the whole tree of %s dies under a namespace, and that can be seen",
    async (program) => {
      const runner = await startRunner("pidns", node(program), "ready");
      expect(marked().length).toBeGreaterThan(0);
      await killRunner(runner);
      const seen = await observeGone(runner.tree, { withinMs: 10_000 });
      expect(seen).toMatchObject({ kind: "pidns", confirmed: true, leftAlive: [], note: null });
      expect(marked()).toEqual([]);
    },
  );

  test("so does a daemon with a session of its own and an empty environment", async () => {
    const runner = await startRunner("pidns", node("clears-its-environment.mjs"), "exit 0");
    await until(() => marked().length === 1, "the daemon is there");
    await killRunner(runner);
    expect(await observeGone(runner.tree, { withinMs: 10_000 })).toMatchObject({ confirmed: true, leftAlive: [] });
    expect(marked()).toEqual([]);
  });

  test("a tree that dies with it leaves none of the processes that held it", async () => {
    const runner = await startRunner("pidns", node("never-exits.mjs"), "ready");
    const facts = readProgramFacts(attemptDir);
    const holders = [facts?.outer, facts?.init, facts?.entry].map((ref) => ref as ProcessRef);
    expect(holders.map(isAlive)).toEqual([true, true, true]);
    await killRunner(runner);
    await observeGone(runner.tree, { withinMs: 10_000 });
    expect(holders.map(isAlive)).toEqual([false, false, false]);
  });

  test("a runner that dies anywhere on the way to its program leaves nothing behind", async () => {
    for (let round = 0; round < 12; round += 1) {
      const args = [`${programs}stands-in-for-a-runner.ts`, attemptDir, "pidns", ...node("never-exits.mjs")];
      const child = spawn(process.execPath, args, { stdio: "ignore", detached: true });
      const tree = { runner: processRef(child.pid as number), place: readPlace(), attemptDir };
      const holder = (): boolean => allProcesses().some(({ ppid }) => ppid === child.pid);
      if (round > 0) await until(holder, "the runner has begun");
      // Each round comes a little later to the kill: looks at /proc are the clock, since nothing is awaited here.
      for (let look = 0; look < round; look += 1) allProcesses();
      const family = allProcesses().filter(({ ppid }) => ppid === child.pid);
      child.kill("SIGKILL");
      await once(child, "exit");
      expect(await observeGone(tree, { withinMs: 10_000 })).toMatchObject({ confirmed: true, leftAlive: [] });
      await until(() => ![...family, ...marked()].some(isAlive), `round ${round} leaves nothing`);
      rmSync(join(attemptDir, "program.json"), { force: true });
    }
    for (const name of readdirSync(attemptDir)) expect(name).toMatch(/^(pipes-|program\.json)/);
  });

  test("under sweep what it left is found by its tag and killed, unconfirmed", async () => {
    const runner = await startRunner("sweep", node("forks-children.mjs"), "ready");
    await killRunner(runner);
    expect(await killTree(runner.tree, soon)).toMatchObject({ kind: "sweep", confirmed: false, leftAlive: [] });
    expect(marked()).toEqual([]);
  });

  test("under sweep a daemon that cleared its environment escapes, and nothing claims otherwise", async () => {
    const runner = await startRunner("sweep", node("clears-its-environment.mjs"), "exit 0");
    await until(() => marked().length === 1, "the daemon is there");
    await killRunner(runner);
    expect(await killTree(runner.tree, soon)).toMatchObject({ kind: "sweep", confirmed: false, leftAlive: [] });
    expect(marked()).toHaveLength(1);
  });
});

describe.each(["pidns", "sweep"] as const)("a living tree under %s", (containment) => {
  test("is ended with everything in it, and left alone by a mere look", async () => {
    const runner = await startRunner(containment, node("forks-children.mjs"), "ready");
    const look = await observeGone(runner.tree, { withinMs: 30 });
    expect(look.confirmed).toBe(false);
    expect(look.leftAlive.length).toBeGreaterThanOrEqual(4);
    expect(look.leftAlive).toContainEqual({
      pid: runner.child.pid,
      name: expect.any(String),
      state: expect.any(String),
    });
    expect(marked().length).toBeGreaterThanOrEqual(3);
    const seen = await killTree(runner.tree, soon);
    expect(seen).toMatchObject({ kind: containment, confirmed: containment === "pidns", leftAlive: [] });
    expect(marked()).toEqual([]);
  });

  test("gets SIGTERM first, the program and not those that hold it", async () => {
    const runner = await startRunner(containment, node("ends-well-on-sigterm.mjs"), "ready");
    await killTree(runner.tree, { termMs: 500, goneMs: 10_000 });
    expect(runner.printed()).toBe("ready\ncleaned up\nexit 0\n");
  });

  test("is ended also when all of it is stopped", async () => {
    const runner = await startRunner(containment, node("forks-children.mjs"), "ready");
    for (const stat of marked()) signalProcess(stat, "SIGSTOP", readPlace());
    const facts = readProgramFacts(attemptDir);
    for (const ref of [facts?.entry, facts?.init]) if (ref) signalProcess(ref, "SIGSTOP", readPlace());
    expect(await killTree(runner.tree, soon)).toMatchObject({ leftAlive: [], kind: containment });
    expect(marked()).toEqual([]);
  });
});

test("a tree in another place is neither signalled nor called gone", async () => {
  const runner = await startRunner("pidns", node("never-exits.mjs"), "ready");
  const elsewhere = { ...runner.tree, place: { ...readPlace(), pidns: "pid:[1]" } };
  for (const seen of [await killTree(elsewhere, soon), await observeGone(elsewhere, { withinMs: 0 })]) {
    expect(seen).toMatchObject({ confirmed: false, looks: 0, note: expect.stringContaining("another PID namespace") });
  }
  expect(marked()).not.toEqual([]);
});

test("of a boot before this one nothing can live, and nothing is signalled", async () => {
  const runner = await startRunner("pidns", node("never-exits.mjs"), "ready");
  const before = { ...runner.tree, place: { ...readPlace(), bootId: "an earlier one" } };
  expect(await killTree(before, soon)).toMatchObject({ confirmed: true, looks: 0, leftAlive: [], kind: "pidns" });
  expect(marked()).not.toEqual([]);
});

test("a runner that had started no program has left nothing that could have escaped", async () => {
  const child = spawn(process.execPath, [`${programs}never-exits.mjs`], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  runners.push(child);
  await once(child.stdout, "data");
  const tree = { runner: processRef(child.pid as number), place: readPlace(), attemptDir };
  expect(await killTree(tree, soon)).toMatchObject({ confirmed: true, note: "the runner had started no program" });
});

test("waiting ends when it is told to", async () => {
  const runner = await startRunner("pidns", node("never-exits.mjs"), "ready");
  const signal = AbortSignal.abort();
  const seen = await observeGone(runner.tree, { withinMs: 60_000, signal });
  expect(seen.confirmed).toBe(false);
  expect(seen.looks).toBe(1);
});
