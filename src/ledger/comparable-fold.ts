// Two folds of the same events, of which a build of before may have kept one: what that build did not count is no
// difference.

import type { Run } from "../core/run.ts";

/** The fold as the build of the other one would have it. */
export function comparableFold(run: Run, other: Partial<Run>): Run {
  return withUsageOf(other, withStepsOf(other, withTimeOf(other, run)));
}

/** Builds of before counted no time of attempts. */
function withTimeOf(other: Partial<Run>, run: Run): Run {
  if (run.endedMs === undefined || other.endedMs !== undefined) return run;
  const { endedMs: _, ...others } = run;
  return others;
}

/** Builds of before did not keep what was used when an attempt began anew. */
function withUsageOf(other: Partial<Run>, run: Run): Run {
  if (run.usageBefore === undefined || other.usageBefore !== undefined) return run;
  const { usageBefore: _, ...others } = run;
  return others;
}

/** Builds of before counted the steps of each attempt alone, whatever it went on from: theirs are taken as they are. */
function withStepsOf(other: Partial<Run>, run: Run): Run {
  if (run.atCheckpoint === undefined || other.atCheckpoint !== undefined) return run;
  const { atCheckpoint: _, ...others } = run;
  const { step = run.step, stepsDone = run.stepsDone } = other;
  return { ...others, step, stepsDone };
}
