import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import type { ProcessRef } from "../core/events.ts";
import {
  childrenNow,
  findTagged,
  isAlive,
  lookAt,
  processRef,
  processStart,
  pssOf,
  readPlace,
  residentMibOf,
  signalGroup,
  signalProcess,
  treeOf,
  treePids,
} from "./process-facts.ts";

const programs = fileURLToPath(new URL("../../tests/programs/", import.meta.url));
const started: ChildProcess[] = [];
const noPid = 2 ** 22 + 1; // above the highest pid that Linux gives

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** A program that has printed that it is ready. */
async function start(name: string, args: string[] = [], options: { detached?: boolean; tag?: string } = {}) {
  const env = { ...process.env, RUNLEDGER_TAG: options.tag };
  const detached = options.detached ?? false;
  const child = spawn(process.execPath, [`${programs}${name}`, ...args], {
    env,
    detached,
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  await once(child.stdout, "data");
  return { child, ref: processRef(child.pid as number) as ProcessRef };
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(isTrue, { timeout: 10_000, interval: 10 }).toBe(true);
}

test("a process is alive until it ends, and its pid alone does not make another one it", async () => {
  const { child, ref } = await start("never-exits.mjs");
  expect(processStart(ref.pid)).toBe(ref.startTicks);
  expect(isAlive(ref)).toBe(true);
  expect(isAlive({ ...ref, startTicks: ref.startTicks - 1 })).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect([isAlive(ref), lookAt(ref), processRef(ref.pid)]).toEqual([false, null, null]);
});

test("a zombie is not alive, and a stopped process is", async () => {
  // The shell becomes a program that never collects its child.
  const shell = spawn("sh", ["-c", "true & exec sleep 600"], { stdio: "ignore" });
  started.push(shell);
  const zombie = (): ReturnType<typeof lookAt> => childrenNow(shell.pid as number)[0] ?? null;
  await until(() => zombie()?.state === "Z");
  expect(isAlive(zombie() as ProcessRef)).toBe(false);

  const { child, ref } = await start("never-exits.mjs");
  child.kill("SIGSTOP");
  await until(() => lookAt(ref)?.state === "T");
  expect(isAlive(ref)).toBe(true);
});

test("the tree of a process holds its descendants with their start times", async () => {
  const { ref } = await start("forks-children.mjs");
  const tree = treeOf({ pid: process.pid, startTicks: processStart(process.pid) as number });
  const children = tree.filter(({ ppid }) => ppid === ref.pid);
  expect(children).toHaveLength(2);
  expect(tree.some(({ pid }) => pid === ref.pid)).toBe(true);
  for (const child of children) expect(processStart(child.pid)).toBe(child.startTicks);
  expect(childrenNow(ref.pid).map(({ pid }) => pid)).toEqual(children.map(({ pid }) => pid));
  expect(treeOf({ ...ref, startTicks: 1 })).toEqual([]);
  for (const child of children) signalProcess(child, "SIGKILL", readPlace());
});

test("memory is summed over the tree and grows with it", async () => {
  const { child, ref } = await start("allocates-without-bound.mjs");
  expect(treePids(ref)).toEqual([ref.pid]);
  const first = await pssOf(treePids(ref));
  expect(first.unreadable).toBe(0);
  await until(async () => (await pssOf(treePids(ref))).pssMib > first.pssMib + 64);
  expect(residentMibOf(treePids(ref))).toBeGreaterThan(first.pssMib + 64);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(treePids(ref)).toEqual([]);
  expect(await pssOf([ref.pid])).toEqual({ pssMib: 0, unreadable: 1 });
  expect(residentMibOf([ref.pid])).toBe(0);
});

test("processes are found by their tag, and only those", async () => {
  const tag = `tag-${process.pid}-${Math.random()}`;
  const { ref } = await start("never-exits.mjs", [], { tag });
  await start("never-exits.mjs", [], { tag: `${tag}0` });
  expect(findTagged(tag).map(({ pid }) => pid)).toEqual([ref.pid]);
});

test("a signal reaches exactly the process that is meant, in this place", async () => {
  const { child, ref } = await start("never-exits.mjs");
  const here = readPlace();
  expect(signalProcess({ ...ref, startTicks: ref.startTicks + 1 }, "SIGKILL", here)).toBe(false);
  expect(signalProcess(ref, "SIGKILL", { ...here, pidns: "pid:[1]" })).toBe(false);
  expect(signalProcess(ref, "SIGKILL", { ...here, bootId: "another" })).toBe(false);
  expect(signalProcess({ pid: noPid, startTicks: 1 }, "SIGKILL", here)).toBe(false);
  expect(isAlive(ref)).toBe(true);
  expect(signalProcess(ref, "SIGTERM", here)).toBe(true);
  expect(await once(child, "exit")).toEqual([null, "SIGTERM"]);
});

test("a group is signalled only while its leader lives", async () => {
  const here = readPlace();
  const { child, ref } = await start("forks-children.mjs", [], { detached: true });
  const [first, second] = childrenNow(ref.pid) as ProcessRef[] as [ProcessRef, ProcessRef];
  expect(signalGroup(first, "SIGKILL", here)).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(signalGroup(ref, "SIGKILL", here)).toBe(false);
  expect([isAlive(first), isAlive(second)]).toEqual([true, true]);
  for (const orphan of [first, second]) signalProcess(orphan, "SIGKILL", here);

  const led = await start("forks-children.mjs", [], { detached: true });
  const children = childrenNow(led.ref.pid);
  expect(signalGroup(led.ref, "SIGKILL", here)).toBe(true);
  await until(() => ![led.ref, ...children].some(isAlive));
});
