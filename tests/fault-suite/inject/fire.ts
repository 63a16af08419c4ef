// Lets a fault happen when a process passes the point at which it is planned. Uses the functions of the file system as
// they were before anything was wrapped, so that writing a fault down is itself no point.

import fs from "node:fs";
import { join } from "node:path";
import type { Fault, Fired, Plan } from "../fault.ts";
import type { Moment, Role } from "../points.ts";
import { shiftClock } from "./clock.ts";

const { closeSync, existsSync, openSync, writeSync } = fs;

export type Points = {
  /** Says that the point is passed; a fault that is due happens now, and may throw or not return. */
  pass(point: string, moment: Moment): void;
  /** Whether what is written at this passing is to be damaged; asked once a passing. */
  damages(point: string): boolean;
  /** Whether a fault within the point is due; `pass` of that moment lets it happen. */
  isDueWithin(point: string): boolean;
};

export function createPoints(plan: Plan, role: Role): Points {
  const faults = plan.faults.filter((fault) => fault.role === role);
  const passed = new Map<string, number>();
  /** Per point and moment: how often the disk is still full. */
  const fullLeft = new Map<string, number>();
  const due = (point: string, moment: Moment, nth: number): Fault | undefined =>
    faults.find((fault) => fault.point === point && fault.moment === moment && fault.nth === nth);
  return {
    pass(point, moment) {
      if (faults.length === 0) return;
      const key = `${point} ${moment}`;
      const nth = (passed.get(key) ?? 0) + 1;
      passed.set(key, nth);
      const left = fullLeft.get(key) ?? 0;
      if (left > 0) {
        fullLeft.set(key, left - 1);
        throw noRoom();
      }
      const fault = due(point, moment, nth);
      if (fault === undefined || fault.action.do === "damage" || !isFirst(plan, fault)) return;
      writeDown(plan, fault);
      if (fault.action.do === "full") {
        fullLeft.set(key, fault.action.times - 1);
        throw noRoom();
      }
      act(fault);
    },
    damages(point) {
      const fault = due(point, "within", (passed.get(`${point} within`) ?? 0) + 1);
      if (fault?.action.do !== "damage" || !isFirst(plan, fault)) return false;
      writeDown(plan, fault);
      return true;
    },
    isDueWithin(point) {
      return due(point, "within", (passed.get(`${point} within`) ?? 0) + 1) !== undefined;
    },
  };
}

/** Of all processes that the plan was given to, the first to come here. */
function isFirst({ marks }: Plan, { id }: Fault): boolean {
  try {
    closeSync(openSync(join(marks, id), "wx"));
    return true;
  } catch {
    return false;
  }
}

function writeDown({ log }: Plan, { id, role, point, moment, action }: Fault): void {
  const fired: Fired = {
    id,
    role,
    point,
    moment,
    action,
    pid: process.pid,
    atMs: performance.timeOrigin + performance.now(),
  };
  const file = openSync(log, "a");
  writeSync(file, `${JSON.stringify(fired)}\n`);
  closeSync(file);
}

function act({ action }: Fault): void {
  switch (action.do) {
    case "kill":
      process.kill(process.pid, "SIGKILL");
      sleep(holdMsMax);
      break;
    case "stop":
      process.kill(process.pid, "SIGSTOP");
      break;
    case "starve":
      sleep(action.ms);
      break;
    case "hold":
      hold(action);
      break;
    case "clock":
      shiftClock(action.ms);
      break;
    case "damage":
      break;
    case "full":
      throw noRoom();
  }
}

/** No hold outlasts the patience of the suite. */
const holdMsMax = 60_000;

function hold({ makesFile, untilFile }: Extract<Fault["action"], { do: "hold" }>): void {
  if (makesFile !== null) closeSync(openSync(makesFile, "a"));
  const begunMs = performance.now();
  while (!existsSync(untilFile) && performance.now() - begunMs < holdMsMax) sleep(3);
}

const cell = new Int32Array(new SharedArrayBuffer(4));

function sleep(ms: number): void {
  Atomics.wait(cell, 0, 0, ms);
}

/** What a full disk says to a program, and what SQLite says when it meets one. */
function noRoom(): Error {
  const message = "ENOSPC: no space left on device, write";
  return Object.assign(new Error(message), { code: "ENOSPC", errno: -28, syscall: "write", errcode: 13 });
}
