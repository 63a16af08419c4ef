// A run in the snake_case of clients that exist: one body for all of their routes.

import { isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { ExecutionBody } from "../protocol/http-client-routes.ts";

/** The body; what it says comes from the fold alone. */
export function executionRecord(run: Run): ExecutionBody {
  const { status, score, passed, error } = run;
  return {
    execution_id: run.id,
    benchmark_id: run.subject.id,
    agent: run.agent?.name ?? null,
    status,
    progress: progressOf(run),
    score,
    passed,
    created_at: run.queuedAt,
    updated_at: run.lastEventAt,
    error_message: error === null ? null : `${error.code}: ${error.message}`,
    result_data: isTerminal(status) ? { success: passed === true, score } : null,
  };
}

/** Whether it is worth asking again: the run works, or waits for a worker to take it. */
export function isRunning({ status }: Run): boolean {
  return !isTerminal(status) && status !== "paused";
}

/** 0..1 where it is known: 1 when completed, what the run said of itself before. */
function progressOf({ status, progress }: Run): number | null {
  if (status === "completed") return 1;
  if (status === "queued") return 0;
  if (progress === null || progress.done === null || progress.total === null || progress.total <= 0) return null;
  return Math.min(1, Math.max(0, progress.done / progress.total));
}
