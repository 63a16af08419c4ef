// Memory of a real process, as it is read for a limit and kept as evidence.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ProcessRef } from "../core/events.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { processRef } from "./process-facts.ts";
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

it("is read four times a second at most, and the last three readings and the peak are kept", async () => {
  const watch = new MemoryWatch(ref, 64);
  const first = (await watch.treeMib(1_000)) ?? 0;
  expect(first).toBeGreaterThan(5);
  child.kill("SIGKILL");
  await once(child, "exit");
  // Before the next reading is due the answer is that of the last one, though the process is gone.
  expect(await watch.treeMib(1_249)).toBe(first);
  for (const nowMs of [1_250, 1_500, 1_750]) expect(await watch.treeMib(nowMs)).toBe(0);
  expect(watch.evidence()).toEqual({ peakMib: first, limitMib: 64, oomKills: null, readingsMib: [0, 0, 0] });
});
