// Runners that are booted ahead: which one is taken, what it is given, and that none stays behind. What is booted here
// waits for its assignment like a runner, and does nothing with it.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { effectiveLimits } from "../core/limits.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { type FileLock, holdFileLock } from "../protocol/file-lock.ts";
import type { Assignment } from "../protocol/spec.ts";
import { childrenNow, isAlive, processRef } from "./process-facts.ts";
import { keepSpares, type RunnerBoot, type SpareRunners } from "./spare-runners.ts";
import { until } from "./worksite.fixture.ts";

const bootedMsMax = 600_000;
const execPath = process.execPath;

let home = "";
let boot: RunnerBoot;
let kept: SpareRunners[] = [];
let locks: FileLock[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "runledger-spares-"));
  const runner = join(home, "waits.mjs");
  // It ends when its pipe does, as a runner without an assignment; with one it says what it got.
  writeFileSync(
    runner,
    `import { readFileSync } from "node:fs";
process.stdout.write(JSON.stringify({ got: readFileSync(3, "utf8"), words: process.argv.slice(3) }));`,
  );
  boot = { home, runnerUrl: pathToFileURL(runner), build: "source" };
  kept = [];
  locks = [];
});
afterEach(async () => {
  process.execPath = execPath;
  for (const spares of kept) await spares.close();
  for (const lock of locks) lock.release();
  rmSync(home, { recursive: true, force: true });
});

function keep(how: { count: number; isKept: boolean }): SpareRunners {
  const spares = keepSpares(boot, how);
  kept.push(spares);
  return spares;
}

function assignmentOf(attemptDir: string): Assignment {
  const spec: Assignment["spec"] = {
    ...{ v: 1, runId: "r", attempt: 1, kind: "command", subjectId: "s", content: {}, agent: null, seed: null },
    ...{ minScore: null, limits: effectiveLimits("command") },
  };
  return {
    ...{ v: 1, claimId: "c", attemptDir, workDir: `${attemptDir}.work`, build: "source", isSpare: false },
    ...{ endsAloneS: null, containment: null, spec, secret: { truth: 42 }, env: { KEY: "secret" } },
  };
}

const folders = (): string[] => (existsSync(join(home, "spares")) ? readdirSync(join(home, "spares")) : []);

/** Living processes that were booted here, in the order of their start. */
function spareProcesses(): number[] {
  const children = childrenNow(process.pid).filter((stat) => isAlive(stat) && wordsOf(stat.pid).includes(home));
  return children.toSorted((a, b) => a.startTicks - b.startTicks || a.pid - b.pid).map(({ pid }) => pid);
}

function wordsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

describe("a runner that is taken", () => {
  it("gets its assignment through its pipe alone, and its folder becomes the attempt's, checkpoint and all", async () => {
    const attemptDir = join(home, "runs/r/1");
    const [runner] = [keep({ count: 1, isKept: false }).take("text")];
    expect(runner.isSpare).toBe(true);
    expect(runner.handOver(assignmentOf(attemptDir), Buffer.from("where it stopped"))).toBe(true);
    expect(await runner.exited).toEqual({ code: 0, signal: null });
    const said = JSON.parse(readFileSync(join(attemptDir, attemptFiles.runnerOutput), "utf8")) as { got: string };
    expect(JSON.parse(said.got)).toMatchObject({ isSpare: true, secret: { truth: 42 }, env: { KEY: "secret" } });
    expect(readFileSync(join(attemptDir, attemptFiles.checkpoint), "utf8")).toBe("where it stopped");
    for (const name of [attemptFiles.spec, attemptFiles.runner, attemptFiles.supervised]) {
      expect(readFileSync(join(attemptDir, name), "utf8")).not.toMatch(/secret|42,/);
    }
    expect(folders()).toEqual([]);
  });

  it("does not get an attempt whose folder is there already, and is to be discarded", async () => {
    const attemptDir = join(home, "runs/r/1");
    mkdirSync(join(attemptDir, "something"), { recursive: true });
    const runner = keep({ count: 0, isKept: false }).take("text");
    expect(runner.isSpare).toBe(false);
    expect(runner.handOver(assignmentOf(attemptDir), null)).toBe(false);
    await runner.discard();
    expect([isAlive(runner.ref), folders(), readdirSync(attemptDir)]).toEqual([false, [], ["something"]]);
  });

  it("cannot be moved where there is a file in the way: that is thrown", async () => {
    const attemptDir = join(home, "runs/r/1");
    mkdirSync(dirname(attemptDir), { recursive: true });
    writeFileSync(attemptDir, "a file");
    const runner = keep({ count: 0, isKept: false }).take("text");
    expect(() => runner.handOver(assignmentOf(attemptDir), null)).toThrow("ENOTDIR");
    await runner.discard();
  });

  it("is one that lives: a spare that died is passed over", async () => {
    const spares = keep({ count: 2, isKept: false });
    const pids = await until("both are there", () => (spareProcesses().length === 2 ? spareProcesses() : null));
    const [dead = Number.NaN, alive] = pids;
    process.kill(dead, "SIGKILL");
    await until("it is gone and has been collected", () => processRef(dead) === null);
    const taken = spares.take("text");
    expect([taken.isSpare, taken.ref.pid]).toEqual([true, alive]);
    const next = spares.take("text");
    expect(next.isSpare).toBe(false);
    await Promise.all([taken.discard(), next.discard()]);
    await until("the dead one has left nothing", () => folders().length === 0);
  });
});

it("a runner that the system refuses at once leaves no file open", () => {
  const openHere = (): string[] =>
    // The one by which the list was read is closed by now.
    readdirSync("/proc/self/fd")
      .filter((fd) => existsSync(`/proc/self/fd/${fd}`))
      .map((fd) => readlinkSync(`/proc/self/fd/${fd}`))
      .filter((path) => path.startsWith(home));
  boot = { ...boot, runnerUrl: new URL("file:///a%00path") };
  expect(() => keep({ count: 0, isKept: false }).take("text")).toThrow("null bytes");
  expect(openHere()).toEqual([]);
});

describe("spares", () => {
  it("that are kept are replaced when one is taken, and the new one is told what it gets ready for", async () => {
    const spares = keep({ count: 1, isKept: true });
    const before = folders();
    const taken = spares.take("solana");
    expect(taken.handOver(assignmentOf(join(home, "runs/r/1")), null)).toBe(true);
    await until("there is another", () => folders().length === 1 && folders()[0] !== before[0]);
    const second = spares.take("solana");
    expect(second.handOver(assignmentOf(join(home, "runs/r/2")), null)).toBe(true);
    await Promise.all([taken.exited, second.exited]);
    const saidIn = (attempt: number): unknown =>
      JSON.parse(readFileSync(join(home, `runs/r/${attempt}/${attemptFiles.runnerOutput}`), "utf8")).words;
    expect([saidIn(1), saidIn(2)]).toEqual([[], ["solana"]]);
  });

  it("are all gone after the close, also the one that was to replace one taken just before", async () => {
    const spares = keep({ count: 2, isKept: true });
    const taken = spares.take("text");
    await Promise.all([taken.discard(), spares.close()]);
    // Whatever was to be booted at the next turn has been.
    await new Promise((resolve) => setImmediate(resolve));
    expect(folders()).toEqual([]);
  });

  it("that cannot be booted cost nothing until a runner is needed, and then the reason is thrown", async () => {
    const spares = keep({ count: 1, isKept: true });
    process.execPath = join(home, "no such node");
    const taken = spares.take("text");
    await until("its replacement was tried", () => folders().length === 2);
    expect(() => spares.take("text")).toThrow("the runner could not be started");
    process.execPath = execPath;
    const next = spares.take("text");
    expect(isAlive(next.ref)).toBe(true);
    await Promise.all([taken.discard(), next.discard()]);
  });
});

it("what dead workers left is removed when it is old and nobody holds its lock, and nothing else is", () => {
  const lockOf = (id: string): string => join(home, "locks", `runner-${id}`);
  mkdirSync(join(home, "locks"));
  for (const id of ["old", "held", "young"]) mkdirSync(join(home, "spares", id), { recursive: true });
  const old = (Date.now() - bootedMsMax - 60_000) / 1000;
  for (const id of ["old", "held"]) utimesSync(join(home, "spares", id), old, old);
  locks.push(holdFileLock(lockOf("held")));
  writeFileSync(lockOf("old"), "");
  keep({ count: 0, isKept: false });
  expect(folders().toSorted()).toEqual(["held", "young"]);
  expect(existsSync(lockOf("old"))).toBe(false);
});
