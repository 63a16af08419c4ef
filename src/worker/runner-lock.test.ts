// Whether a runner lives, where its lock is held, free, or not there. The runner is this process.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { holdFileLock } from "../protocol/file-lock.ts";
import { locksFolder } from "./attempt-folder.ts";
import { processRef, readPlace } from "./process-facts.ts";
import { isRunnerSeen, runnerLockPath } from "./runner-lock.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "runledger-runner-lock-"));
  mkdirSync(locksFolder(home));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const self = processRef(process.pid) ?? { pid: 0, startTicks: 0 };
const named = (of: object = {}) => ({ ...self, place: readPlace(), lock: join(locksFolder(home), "runner-1"), ...of });

it("one whose lock is held lives, and one whose lock is free does not, whoever has its pid", () => {
  const lock = holdFileLock(named().lock);
  expect(isRunnerSeen(home, named({ pid: 2 ** 22 }))).toBe(true);
  lock.release();
  writeFileSync(named().lock, "");
  expect(isRunnerSeen(home, named())).toBe(false);
});

it("one whose lock was removed lives as long as its process does, where that can be seen", () => {
  expect(isRunnerSeen(home, named())).toBe(true);
  expect(isRunnerSeen(home, named({ startTicks: 1 }))).toBe(false);
  expect(isRunnerSeen(home, named({ place: { ...readPlace(), pidns: "pid:[1]" } }))).toBe(false);
});

it("beside a copy the lock's file is nobody's", () => {
  const runner = named({ lock: "/elsewhere/locks/runner-1" });
  writeFileSync(runnerLockPath(home, runner), "");
  expect(isRunnerSeen(home, runner)).toBe(true);
  expect(isRunnerSeen(home, { ...runner, startTicks: 1 })).toBe(false);
});
