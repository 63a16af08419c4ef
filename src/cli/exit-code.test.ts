import { describe, expect, test } from "vitest";
import { problemOf, RunledgerError } from "../core/errors.ts";
import type { ExperimentSummary } from "../core/experiment.ts";
import { runStatuses } from "../core/moves.ts";
import { exitCodeOfExec, exitCodeOfExperiment, exitCodeOfProblem, exitCodeOfRun, worstExitCode } from "./exit-code.ts";

test("only completed runs that are not below are 0", () => {
  for (const status of runStatuses) {
    const codes = [true, false, null].map((passed) => exitCodeOfRun({ status, passed }));
    expect(codes).toEqual(status === "completed" ? [0, 100, 0] : [1, 1, 1]);
  }
});

test("a run that was interrupted here is 130, unless it completed before the interrupt reached it", () => {
  expect(exitCodeOfRun({ status: "cancelled", passed: null }, true)).toBe(130);
  expect(exitCodeOfRun({ status: "completed", passed: true }, true)).toBe(0);
});

test("of several codes 130 beats 1 beats 100 beats 0", () => {
  expect(worstExitCode([0, 100, 1, 130])).toBe(130);
  expect(worstExitCode([0, 100, 1])).toBe(1);
  expect(worstExitCode([0, 100])).toBe(100);
  expect(worstExitCode([])).toBe(0);
});

test("what the caller got wrong is 2, what broke here is 1", () => {
  expect(exitCodeOfProblem(problemOf(new RunledgerError("run.not-found", "x")))).toBe(2);
  expect(exitCodeOfProblem(problemOf(new RunledgerError("ledger.damaged", "x")))).toBe(1);
  expect(exitCodeOfProblem(problemOf(new RunledgerError("run.deleted", "x")))).toBe(2);
  expect(exitCodeOfProblem(problemOf(new RunledgerError("run.deleted-meanwhile", "x")))).toBe(1);
  expect(exitCodeOfProblem(problemOf(new Error("x")))).toBe(1);
});

test("exec gives the program's own code, 128+n for signal n, 124 for a time limit, 127 for no program", () => {
  const failed = (exit: unknown) => ({
    status: "failed" as const,
    passed: null,
    error: { code: "program.exited", origin: "agent" as const, message: "", exit },
  });
  expect(exitCodeOfExec({ status: "completed", passed: null, error: null }, false)).toBe(0);
  expect(exitCodeOfExec(failed({ code: 3, signal: null }), false)).toBe(3);
  expect(exitCodeOfExec(failed({ code: null, signal: "SIGKILL" }), false)).toBe(137);
  expect(exitCodeOfExec({ ...failed(undefined), status: "timed_out" }, false)).toBe(124);
  expect(
    exitCodeOfExec({ ...failed(undefined), error: { code: "program.not-found", origin: "agent", message: "" } }, false),
  ).toBe(127);
  expect(exitCodeOfExec({ ...failed(undefined), status: "lost" }, false)).toBe(1);
  expect(exitCodeOfExec({ status: "cancelled", passed: null, error: null }, true)).toBe(130);
});

describe("an experiment", () => {
  const done: ExperimentSummary = {
    ...{ planned: 3, deleted: 0, queued: 0, paused: 0, running: 0, ended: 3, scored: 3, passed: 3, below: 0 },
    ...{ countedAsZero: {}, unscored: {}, passRate: 1, interval: [0.4, 1], mean: 1, tokens: 0, costUsd: null },
  };
  const plainly = { isInterrupted: false, isCutShort: false };

  test.each([
    ["all passed", {}, plainly, 0],
    ["one below", { passed: 2, below: 1 }, plainly, 100],
    ["one failed by its agent", { passed: 2, below: 1, countedAsZero: { agent: 1 } }, plainly, 1],
    ["one without a score", { scored: 2, passed: 2, unscored: { runner: 1 } }, plainly, 1],
    ["one not started", { ended: 2, queued: 1, scored: 2, passed: 2 }, plainly, 1],
    ["one cancelled by others", { scored: 2, passed: 2, unscored: { cancelled: 1 } }, plainly, 1],
    [
      "interrupted here",
      { scored: 2, passed: 2, unscored: { cancelled: 1 } },
      { ...plainly, isInterrupted: true },
      130,
    ],
    ["interrupted after all had passed", {}, { ...plainly, isInterrupted: true }, 0],
    [
      "cut short at the first below",
      { scored: 1, passed: 0, below: 1, unscored: { cancelled: 2 } },
      { ...plainly, isCutShort: true },
      100,
    ],
  ])("%s", (_, change, how, code) => {
    expect(exitCodeOfExperiment({ ...done, ...change }, how)).toBe(code);
  });
});
