// A run as the outcome of a test, for tools that know tests only: an agent that did not do it has failed, and a system
// that could not even try it is an error. What has no end is no success.

import { unreachable } from "../core/errors.ts";
import { standingOf } from "../core/experiment.ts";
import type { Run } from "../core/run.ts";
import { plain, score } from "./number-words.ts";

export type TestOutcome = {
  kind: "passed" | "failure" | "error" | "skipped";
  /** Why, in one line; empty for what passed. */
  message: string;
  /** An error's code, or one word for what has none. */
  code: string;
};

/** The outcome that the run's fold stands for. */
export function testOutcome(run: Run): TestOutcome {
  switch (run.status) {
    case "completed":
      return outcomeOfCompleted(run);
    case "failed":
    case "timed_out":
    case "lost": {
      const { code, message } = run.error ?? { code: run.status, message: run.status };
      // What counts as a score of 0 in an experiment is a failure here; the rest says nothing about the agent.
      return { kind: standingOf(run).standing === "zero" ? "failure" : "error", message, code };
    }
    case "cancelled":
      return { kind: "skipped", message: `cancelled; asked by ${run.cancel?.by ?? "nobody known"}`, code: "cancelled" };
    case "queued":
    case "starting":
    case "running":
    case "pausing":
    case "paused":
    case "cancelling":
      return { kind: "error", message: `not ended: ${run.status}`, code: "unfinished" };
    default:
      return unreachable(run.status);
  }
}

function outcomeOfCompleted(run: Run): TestOutcome {
  const needs = run.minScore === null ? "" : `, needs ${plain(run.minScore)}`;
  if (run.passed === false) return { kind: "failure", message: `score ${score(run.score)}${needs}`, code: "below" };
  if (run.passed === null && run.minScore !== null) {
    return { kind: "error", message: `not scored${needs}`, code: "unscored" };
  }
  return { kind: "passed", message: "", code: "passed" };
}
