// When an attempt stands still and when it goes on, seen in the states of real processes.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, uptime } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProcessRef } from "../core/events.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import type { Lease } from "./lease.ts";
import { findTagged, lookAt, processRef, readPlace, signalProcess, treeOf } from "./process-facts.ts";
import { Stillness } from "./stillness.ts";
import { programNamed, until } from "./worksite.fixture.ts";

let attemptDir = "";
let runner: ChildProcess;
let stray: ChildProcess | null = null;
let ref: ProcessRef;
let isDoubtful = false;
const lease: Lease = { vouchUptimeS: uptime, isDoubtful: () => isDoubtful, close: async () => undefined };

/** A runner whose program has two children. */
beforeEach(async () => {
  attemptDir = mkdtempSync(join(tmpdir(), "runledger-still-"));
  isDoubtful = false;
  await start(programNamed("forks-children.mjs", attemptDir));
});
afterEach(() => {
  stray?.kill("SIGKILL");
  for (const one of tree()) signalProcess(one, "SIGKILL", readPlace());
  rmSync(attemptDir, { recursive: true, force: true });
});

async function start([command = "", ...args]: string[]): Promise<void> {
  runner = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  let text = "";
  runner.stdout?.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  await until("the runner is there", () => text.includes("ready"));
  ref = processRef(runner.pid ?? 0) as ProcessRef;
}

/** The youngest first: what is killed so leaves no orphans. */
function tree(): ProcessRef[] {
  return [ref, ...treeOf(ref)].toReversed();
}

/** Whether each of the processes is stopped, once the kernel has got to all of them. */
async function areAll(state: "stopped" | "going", processes: readonly ProcessRef[]): Promise<void> {
  await until(`all of ${processes.map(({ pid }) => pid)} are ${state}`, () =>
    processes.every((one) => (lookAt(one)?.state === "T") === (state === "stopped")),
  );
}

function stillness({ mayStand = false } = {}): Stillness {
  return new Stillness({ lease, runner: ref, attemptDir, mayStand });
}

describe("an attempt", () => {
  it("acts as long as its worker's lease is in no doubt", async () => {
    const still = stillness();
    expect(still.look(performance.now(), () => expect.fail("nothing has to be vouched for"))).toBe("acts");
    expect(still.isStill).toBe(false);
    expect(tree()).toHaveLength(3);
    await areAll("going", tree());
  });

  it("stands still as a whole while there is doubt, and with all that is born meanwhile", async () => {
    const still = stillness();
    isDoubtful = true;
    expect(still.look(performance.now(), () => expect.fail("not to go on"))).toBe("stands");
    expect(still.isStill).toBe(true);
    await areAll("stopped", tree());
    // A program that left the tree before it was seen in it is known by its tag.
    const tag = `still-${process.pid}`;
    stray = spawn(process.execPath, programNamed("never-exits.mjs", attemptDir).slice(1), {
      env: { ...process.env, RUNLEDGER_TAG: tag },
      stdio: "ignore",
    });
    const facts = {
      ...{ v: 1, containment: "sweep", why: null, tag, place: readPlace(), outer: null, init: null },
      ...{ namespace: null, entry: null, startedAt: new Date().toISOString() },
    };
    writeFileSync(join(attemptDir, attemptFiles.program), JSON.stringify(facts));
    await until("it is there", () => findTagged(tag).length > 0);
    expect(still.look(performance.now(), () => expect.fail("not to go on"))).toBe("stands");
    await areAll("stopped", findTagged(tag));
  });

  it("goes on only when the ledger has said after the doubt that it is still this worker's", async () => {
    const still = stillness();
    const beforeMs = performance.now();
    isDoubtful = true;
    still.look(beforeMs, () => expect.fail("not to go on"));
    isDoubtful = false;
    // What the ledger said before the doubt proves nothing.
    expect(still.look(beforeMs, () => expect.fail("not to go on"))).toBe("stands");
    const stopped = tree();
    await areAll("stopped", stopped);
    const vouched: boolean[] = [];
    const vouch = (): void => void vouched.push(stopped.every((one) => lookAt(one)?.state === "T"));
    expect(still.look(performance.now() + 1, vouch)).toBe("goesOn");
    expect(vouched).toEqual([true]);
    expect(still.isStill).toBe(false);
    await areAll("going", stopped);
    expect(still.look(beforeMs, () => expect.fail("it goes on already"))).toBe("acts");
  });

  it("whose processes stop themselves when they were let go on, as nsenter may, goes on all the same", async () => {
    const still = stillness();
    isDoubtful = true;
    still.look(performance.now(), () => expect.fail("not to go on"));
    isDoubtful = false;
    const processes = tree();
    expect(still.look(performance.now() + 1, () => undefined)).toBe("goesOn");
    await areAll("going", processes);
    signalProcess(ref, "SIGSTOP", readPlace());
    await areAll("stopped", [ref]);
    expect(still.look(performance.now(), () => expect.fail("it goes on already"))).toBe("acts");
    await areAll("going", processes);
  });

  it("that a supervisor had stopped before it died goes on with the next, once the ledger has said that it is its", async () => {
    isDoubtful = true;
    stillness().look(performance.now(), () => expect.fail("not to go on"));
    await areAll("stopped", tree());
    isDoubtful = false;
    const next = stillness({ mayStand: true });
    const processes = tree();
    expect(next.look(0, () => expect.fail("nobody has asked the ledger yet"))).toBe("stands");
    let isVouched = false;
    const vouch = (): void => {
      isVouched = true;
    };
    expect(next.look(performance.now() + 1, vouch)).toBe("goesOn");
    expect(isVouched).toBe(true);
    await areAll("going", processes);
  });
});
