// The table of exit codes as pure functions: 0 all ran and passed, 100 below the required score, 1 failed, timed out,
// lost or cancelled by others, 2 usage, 130 interrupted here. Of several, 130 beats 1 beats 100 beats 0.

import { constants } from "node:os";
import { type Problem, unreachable } from "../core/errors.ts";
import type { ExperimentSummary } from "../core/experiment.ts";
import type { Run } from "../core/run.ts";

export const exitCodes = { ok: 0, failed: 1, usage: 2, below: 100, timedOut: 124, interrupted: 130 } as const;

type Ended = Pick<Run, "status" | "passed">;

/** The exit code of one run. A run without an end is no success. */
export function exitCodeOfRun(run: Ended, isInterruptedHere = false): number {
  switch (run.status) {
    case "completed":
      return run.passed === false ? exitCodes.below : exitCodes.ok;
    case "cancelled":
      return isInterruptedHere ? exitCodes.interrupted : exitCodes.failed;
    case "failed":
    case "timed_out":
    case "lost":
    case "queued":
    case "starting":
    case "running":
    case "pausing":
    case "paused":
    case "cancelling":
      return isInterruptedHere ? exitCodes.interrupted : exitCodes.failed;
    default:
      return unreachable(run.status);
  }
}

/** The exit code of an experiment. After --fail-fast the runs that it cancelled do not count. */
export function exitCodeOfExperiment(summary: ExperimentSummary, of: { isInterrupted: boolean; isCutShort: boolean }) {
  const { planned, ended, deleted, below, scored, countedAsZero, unscored } = summary;
  const { cancelled = 0, ...others } = unscored;
  const open = planned - ended - deleted;
  const failed = [...Object.values(others), ...Object.values(countedAsZero)].length > 0;
  if (of.isInterrupted && (open > 0 || cancelled > 0)) return exitCodes.interrupted;
  if (failed || open > 0 || deleted > 0 || (cancelled > 0 && !of.isCutShort)) return exitCodes.failed;
  return below > 0 || scored < planned - cancelled ? exitCodes.below : exitCodes.ok;
}

/** The exit code of a command that did several things. */
export function worstExitCode(codes: readonly number[]): number {
  const order = [exitCodes.interrupted, exitCodes.usage, exitCodes.failed, exitCodes.below];
  return order.find((code) => codes.includes(code)) ?? exitCodes.ok;
}

/** The exit code of a command that ended with an error: what the caller got wrong is 2, the rest is 1. */
export function exitCodeOfProblem(problem: Problem): number {
  // A run that somebody else deleted under this command has begun, and it has no result.
  const isOthers = problem.code === "run.deleted-meanwhile";
  const isCallers = (problem.status < 500 && !isOthers) || problem.code === "build.node-too-old";
  return isCallers ? exitCodes.usage : exitCodes.failed;
}

/** By convention of shells: the program was not found, or could not be started. */
const programNotFound = 127;

/** The exit code of `exec`: the program's own, 128+n if signal n killed it, 124 timed out, 130 interrupted here. */
export function exitCodeOfExec(run: Pick<Run, "status" | "passed" | "error">, isInterruptedHere: boolean): number {
  if (run.status === "completed") return exitCodes.ok;
  if (isInterruptedHere) return exitCodes.interrupted;
  if (run.status === "timed_out") return exitCodes.timedOut;
  if (run.error?.code === "program.not-found") return programNotFound;
  const exit = run.error?.exit as { code?: number | null; signal?: string | null } | undefined;
  if (exit?.signal) return 128 + signalNumber(exit.signal);
  return exit?.code ? exit.code : exitCodes.failed;
}

function signalNumber(name: string): number {
  return (constants.signals as Record<string, number>)[name] ?? 0;
}
