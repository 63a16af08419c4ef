// What an adopter does first: the runner is told, however long that takes, since nobody else looks after the attempt by then.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { type FileLock, holdFileLock } from "../protocol/file-lock.ts";
import { journalStart } from "../protocol/journal.ts";
import { greetRunner, ranS } from "./adopt.ts";
import { awakeS } from "./awake-clock.ts";
import { readPlace } from "./process-facts.ts";
import { until, Worksite, withMembers } from "./worksite.fixture.ts";

let site: Worksite;
let lock: FileLock;
let folder = "";
let looks = 0;
beforeEach(async () => {
  site = await Worksite.open();
  lock = holdFileLock(join(site.ledger.home, "locks", "runner-1"));
  folder = site.folderOf("a-run");
  mkdirSync(folder, { recursive: true });
  looks = 0;
});
afterEach(async () => {
  lock.release();
  await site[Symbol.asyncDispose]();
});

/** Greets a runner that holds its lock; the ledger was elsewhere when that was written down. */
function greet(leave: AbortSignal, { claimId = "new", isWritten = false } = {}) {
  const refuseMoved = () => {
    looks += 1;
    site.ledger.refuseMoved();
  };
  const ledger = withMembers(site.ledger, { refuseMoved, journalCursor: async () => journalStart });
  const was = join("/nowhere", basename(lock.path));
  const facts = { pid: 2 ** 22, startTicks: 1, place: readPlace(), build: "b", lock: was, claimId: "old" };
  if (isWritten) writeFileSync(join(folder, attemptFiles.runner), JSON.stringify(facts));
  const ids = { runId: "a-run", attempt: 1, claimId, fromClaimId: isWritten ? null : "old" };
  return greetRunner({ ledger, ...ids, folder, facts: isWritten ? null : facts, leave });
}

it("a runner that cannot be told on a full disk is told once there is room, in a line of its own", async () => {
  const control = join(folder, attemptFiles.control);
  symlinkSync("/dev/full", control);
  const greeted = greet(new AbortController().signal);
  await until("it was tried again", () => looks > 1);
  rmSync(control);
  expect(await greeted).toMatchObject({ cursor: journalStart, facts: { claimId: "old" } });
  const said = readFileSync(control, "utf8");
  expect(said).toMatch(/^\n\{[^\n]*\}\n$/);
  expect(JSON.parse(said)).toMatchObject({ type: "adopted", claimId: "new", fromClaimId: "old" });
});

it("a runner that is taken up again is told once more of an adoption, and not of the claim that it was begun with", async () => {
  const { signal } = new AbortController();
  const control = join(folder, attemptFiles.control);
  expect(await greet(signal, { claimId: "old", isWritten: true })).toMatchObject({ facts: { pid: 2 ** 22 } });
  expect(existsSync(control)).toBe(false);
  await greet(signal, { isWritten: true });
  expect(JSON.parse(readFileSync(control, "utf8"))).toMatchObject({ claimId: "new", fromClaimId: "old" });
});

it("who is asked to leave meanwhile leaves it, and says what was in the way", async () => {
  symlinkSync("/dev/full", join(folder, attemptFiles.control));
  const leave = new AbortController();
  const greeted = greet(leave.signal);
  const refused = expect(greeted).rejects.toMatchObject({ code: "ENOSPC" });
  await until("it was tried", () => looks > 0);
  leave.abort();
  await refused;
});

it("a runner has not run for as long as the machine slept, by a clock that is the same in all processes", () => {
  const script = "process.stdout.write(String(process.hrtime.bigint()))";
  const handedOverAwakeS = Number(spawnSync(process.execPath, ["-e", script], { encoding: "utf8" }).stdout) / 1e9;
  expect(Math.abs(awakeS() - handedOverAwakeS)).toBeLessThan(60);
  const runner = { pid: 2 ** 22, startTicks: 1, place: readPlace(), build: "b", lock: lock.path, claimId: "c" };
  const handedOverUptimeS = uptime() - 7_200;
  expect(ranS({ ...runner, handedOverUptimeS, handedOverAwakeS })).toBeLessThan(60);
  // Of a build that knew no other clock.
  expect(ranS({ ...runner, handedOverUptimeS })).toBeCloseTo(7_200, -1);
  expect([ranS(runner), ranS(null)]).toEqual([0, 0]);
});
