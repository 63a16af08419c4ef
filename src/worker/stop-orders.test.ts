// How a runner is ended: what it is told and when, which signals follow, and the reason that its ending will name. The
// runners here are real process groups that say which signals they get.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProcessRef, RunError } from "../core/events.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { processRef } from "./process-facts.ts";
import { StopOrders } from "./stop-orders.ts";
import { programNamed, until } from "./worksite.fixture.ts";

const wall: RunError = { code: "limit.wall_s", origin: "agent", message: "it ran for 11 s", limit: "wall_s" };
const memory: RunError = { code: "limit.memory", origin: "agent", message: "too much", limit: "memory_mib" };

let folder = "";
let runners: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-stop-"));
  runners = [];
});
afterEach(() => {
  for (const runner of runners) runner.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

type Runner = { orders: StopOrders; said: () => string; gone: Promise<NodeJS.Signals | null>; child: ChildProcess };

/** Orders for a runner that is there; the program says each signal that it gets. */
async function runnerOf(program: string): Promise<Runner> {
  const [command = "", ...args] = programNamed(program, folder);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  runners.push(child);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const gone = once(child, "exit").then(() => child.signalCode);
  await until("the runner is there", () => text.includes("ready"));
  const ref = processRef(child.pid ?? 0) as ProcessRef;
  return { orders: new StopOrders({ ref, folder, claimId: "c" }), said: () => text, gone, child };
}

/** As a supervisor does at each look, until the runner is gone. */
async function escalated({ orders, gone, child }: Runner): Promise<NodeJS.Signals | null> {
  await until("the runner is gone", () => {
    orders.escalate();
    return child.exitCode !== null || child.signalCode !== null;
  });
  return gone;
}

function told(): Record<string, unknown>[] {
  const lines = readFileSync(join(folder, attemptFiles.control), "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const nobody: ProcessRef = { pid: 2 ** 22, startTicks: 1 };
const ordersForNobody = (): StopOrders => new StopOrders({ ref: nobody, folder, claimId: "c" });

describe("what a runner is told", () => {
  it("of a cancel is said once, and again only when it is less patient", async () => {
    const orders = ordersForNobody();
    for (const graceMs of [5_000, 5_000, 60_000, 200, 5_000]) await orders.cancel(graceMs);
    expect(told()).toMatchObject([
      { type: "cancel", graceMs: 5_000, claimId: "c" },
      { type: "cancel", graceMs: 200, claimId: "c" },
    ]);
  });

  it("of a pause is said once, a cancel after it all the same, and no pause after a cancel", async () => {
    const orders = ordersForNobody();
    await orders.pause();
    await orders.pause();
    await orders.cancel(60_000);
    await orders.pause();
    expect(told().map(({ type }) => type)).toEqual(["pause", "cancel"]);
  });

  it("of a limit names the limit, or the error where that is of no limit by name", async () => {
    await ordersForNobody().stopFor(wall, 100);
    const { limit: _, ...nameless } = wall;
    await ordersForNobody().stopFor(nameless, 100);
    expect(told()).toMatchObject([
      { type: "limit", limit: "wall_s", message: "it ran for 11 s", graceMs: 100 },
      { type: "limit", limit: "limit.wall_s" },
    ]);
  });

  it("finds no room on a full disk: the clock enforces it, and the next words begin a line of their own", async () => {
    const path = join(folder, attemptFiles.control);
    symlinkSync("/dev/full", path);
    const runner = await runnerOf("ignores-sigterm.mjs");
    await runner.orders.cancel(60_000);
    rmSync(path);
    await runner.orders.cancel(0);
    expect(readFileSync(path, "utf8")).toMatch(/^\n\{"type":"cancel","graceMs":0,/);
    expect(await escalated(runner)).toBe("SIGKILL");
  });

  it("cannot be said where the attempt folder is moved away: the clock enforces it, and no folder is made anew", async () => {
    const runner = await runnerOf("ignores-sigterm.mjs");
    rmSync(folder, { recursive: true });
    await runner.orders.stopFor(wall, 60_000);
    await runner.orders.cancel(0);
    expect(await escalated(runner)).toBe("SIGKILL");
    expect(existsSync(folder)).toBe(false);
  });

  it("of a pause that found no room is said as soon as there is some: no clock enforces it", async () => {
    const path = join(folder, attemptFiles.control);
    symlinkSync("/dev/full", path);
    const orders = ordersForNobody();
    await orders.pause();
    expect(orders.isOut).toBe(false);
    rmSync(path);
    await orders.pause();
    await orders.pause();
    expect(readFileSync(path, "utf8")).toMatch(/^\n\{"type":"pause",[^\n]*\n$/);
    expect(orders.isOut).toBe(true);
  });

  it("cannot be said for a reason that does not pass: that is thrown", async () => {
    symlinkSync(attemptFiles.control, join(folder, attemptFiles.control));
    await expect(ordersForNobody().pause()).rejects.toMatchObject({ code: "ELOOP" });
  });
});

describe("the signals that follow", () => {
  it("are none while it has the time that it was given", async () => {
    const runner = await runnerOf("ignores-sigterm.mjs");
    await runner.orders.cancel(60_000);
    await runner.orders.stopFor(wall, 60_000);
    await runner.orders.pause();
    runner.orders.escalate();
    expect(runner.child.signalCode).toBeNull();
    expect(runner.said()).toBe("ready\n");
  });

  // TERM and KILL are 200 ms apart: a try in which this process gets no turn for as long shows nothing.
  it("are TERM after the grace, which is enough for one that ends well", { retry: 5 }, async () => {
    const runner = await runnerOf("ends-well-on-sigterm.mjs");
    await runner.orders.cancel(1);
    await until("a signal was sent", () => {
      runner.orders.escalate();
      return runner.orders.killedFor !== null;
    });
    expect(await runner.gone).toBeNull();
    await until("its last words are heard", () => runner.said().includes("cleaned up"));
    expect(runner.orders.killedFor).toEqual({ reason: "cancel" });
  });

  it("are one TERM and then KILL for one that does not obey", async () => {
    const runner = await runnerOf("ignores-sigterm.mjs");
    await runner.orders.stopFor(wall, 1);
    await until("it got TERM", () => {
      runner.orders.escalate();
      return runner.said().includes("SIGTERM") || runner.child.signalCode !== null;
    });
    expect(await escalated(runner)).toBe("SIGKILL");
    expect(runner.said().split("SIGTERM").length - 1).toBeLessThanOrEqual(1);
    expect(runner.orders.killedFor).toEqual({ reason: "limit", error: wall });
  });

  it("are KILL at once without a grace, and for memory whatever the grace is", async () => {
    for (const stop of [
      (orders: StopOrders) => orders.cancel(0),
      (orders: StopOrders) => orders.stopFor(memory, 60_000),
    ]) {
      const runner = await runnerOf("ignores-sigterm.mjs");
      await stop(runner.orders);
      expect(await escalated(runner)).toBe("SIGKILL");
      expect(runner.said()).not.toContain("SIGTERM");
    }
  });

  it("come at the earliest of all moments that were named", async () => {
    const runner = await runnerOf("ignores-sigterm.mjs");
    runner.orders.killAt(performance.now());
    runner.orders.killAt(performance.now() + 60_000);
    await runner.orders.cancel(60_000);
    expect(await escalated(runner)).toBe("SIGKILL");
  });
});

describe("the reason for which it was stopped", () => {
  it("is the first: a cancel that comes when a limit has been met does not change it", async () => {
    const runner = await runnerOf("ignores-sigterm.mjs");
    await runner.orders.stopFor(wall, 0);
    await runner.orders.cancel(0);
    await escalated(runner);
    expect(runner.orders.killedFor).toEqual({ reason: "limit", error: wall });
  });

  it("is none when nothing was asked and it was ended after its result, and the start for one that never began", async () => {
    const finished = ordersForNobody();
    finished.killAt(performance.now());
    finished.escalate();
    expect(finished.killedFor).toBeNull();
    const unstarted = ordersForNobody();
    unstarted.killUnstarted();
    unstarted.escalate();
    expect(unstarted.killedFor).toEqual({ reason: "start" });
  });
});
