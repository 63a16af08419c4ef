// Memory of a real process, as it is read for a limit and kept as evidence.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ProcessRef } from "../core/events.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { processRef, residentMibOf } from "./process-facts.ts";
import { programNamed } from "./worksite.fixture.ts";

let child: ChildProcess;
let ref: ProcessRef;
beforeEach(async () => {
  const [command = "", ...args] = programNamed("never-exits.mjs");
  child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  ref = processRef(child.pid ?? 0) as ProcessRef;
});
afterEach(() => void child.kill("SIGKILL"));

it("without a limit is never read, and is no evidence", async () => {
  const watch = new MemoryWatch(ref, null);
  expect(await watch.treeMib(0)).toBeNull();
  expect(watch.evidence()).toBeNull();
});

it("with a limit that nobody came to look at yet is evidence without a reading", () => {
  expect(new MemoryWatch(ref, 64).evidence()).toEqual({ peakMib: null, limitMib: 64, oomKills: null, readingsMib: [] });
});

it("near its limit is read four times a second, and the last three readings and the peak are kept", async () => {
  // Node alone takes more than this, so there is no room at all.
  const watch = new MemoryWatch(ref, 16);
  const first = (await watch.treeMib(1_000)) ?? 0;
  expect(first).toBeGreaterThan(5);
  await watch.treeMib(1_249);
  expect(watch.evidence()?.readingsMib).toHaveLength(1);
  for (const nowMs of [1_250, 1_500, 1_750]) expect(await watch.treeMib(nowMs)).toBeGreaterThan(5);
  expect(watch.evidence()).toMatchObject({
    limitMib: 16,
    oomKills: null,
    readingsMib: [1, 2, 3].map(() => expect.any(Number)),
  });
  expect(watch.evidence()?.peakMib).toBeGreaterThanOrEqual(first);
});

it("far from its limit is read once, then every ten seconds, while the resident set says that there is room", async () => {
  const watch = new MemoryWatch(ref, 100_000);
  const first = await watch.treeMib(0);
  for (let nowMs = 0; nowMs < 10_000; nowMs += 250) expect(await watch.treeMib(nowMs)).toBe(first);
  expect(watch.evidence()?.readingsMib).toHaveLength(1);
  await watch.treeMib(10_000);
  expect(watch.evidence()?.readingsMib).toHaveLength(2);
});

it("far from its limit is read again when it has grown, so that the peak is one", async () => {
  const [command = "", ...args] = programNamed("allocates-without-bound.mjs");
  const growing = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(growing.stdout as NonNullable<typeof growing.stdout>, "data");
    const watch = new MemoryWatch(processRef(growing.pid ?? 0) as ProcessRef, 100_000);
    const first = (await watch.treeMib(0)) ?? 0;
    await vi.waitFor(() => expect(residentMibOf([growing.pid ?? 0])).toBeGreaterThan(first * 2 + 64), {
      timeout: 30_000,
    });
    await watch.treeMib(1_000);
    expect(watch.evidence()?.peakMib).toBeGreaterThan(first * 2);
  } finally {
    growing.kill("SIGKILL");
  }
});
