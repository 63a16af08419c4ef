// The one remark about a run that a list has room for: what it does or waits for, or what was wrong with its end.

import type { Computed, Liveness } from "../core/computed.ts";
import { unreachable } from "../core/errors.ts";
import { shortId } from "../core/ids.ts";
import { isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import { oneLine } from "./columns.ts";
import { clockTime, duration, plain, roughly, type TimeStyle } from "./number-words.ts";

const noteWidth = 160;

/** What a note is made of; of a run as the API shows it, too. */
export type NotedRun = Pick<
  Run,
  | "id"
  | "status"
  | "passed"
  | "minScore"
  | "endedBy"
  | "error"
  | "late"
  | "cancel"
  | "stepsDone"
  | "step"
  | "phase"
  | "progress"
>;

/** The note of a run; empty if there is nothing to say. */
export function noteOf(run: NotedRun, computed: Computed, style: TimeStyle): string {
  return oneLine(isTerminal(run.status) ? endNote(run) : workNote(run, computed, style), noteWidth);
}

function endNote(run: NotedRun): string {
  const late = run.late === null ? "" : ` · came too late: ${run.late.claims ?? `${run.late.records} records`}`;
  if (run.status === "completed") {
    const needs = run.passed === false && run.minScore !== null ? `needs ${run.minScore.toFixed(2)}` : "";
    const limit = run.endedBy?.startsWith("limit:") ? `ended by ${run.endedBy}` : "";
    return [needs, limit].filter((part) => part !== "").join(" · ") + late;
  }
  if (run.status === "lost") {
    const steps = run.stepsDone > 0 ? `; ${run.stepsDone} steps kept` : "";
    return `${run.error?.message ?? "nobody saw the end"}${steps}${late}`;
  }
  if (run.status === "cancelled") return `asked by ${run.cancel?.by ?? "nobody known"}${late}`;
  return `${run.error?.message ?? ""}${late}`;
}

function workNote(run: NotedRun, { liveness, waitingFor, waitingOn }: Computed, style: TimeStyle): string {
  const words: string[] = [];
  if (liveness !== null && liveness.state !== "live") words.push(livenessWords(liveness, run.id, style));
  if (run.step !== null) words.push(`step ${run.step.name}`);
  else if (run.phase !== null) words.push(run.phase);
  if (run.progress?.done != null) words.push(progressWords(run.progress));
  if (waitingOn !== null) {
    const tries = waitingOn.note === null ? "" : ` (${waitingOn.note})`;
    words.push(`waiting on ${waitingOn.what} for ${roughly(waitingOn.ms)}${tries}`);
  }
  words.push(
    ...waitingFor.map(({ message, until }) => (until === null ? message : `${message} at ${clock(until, style)}`)),
  );
  return words.join(" · ");
}

/** How alive a run is, and what becomes of it if nobody looks after it. */
export function livenessWords(liveness: Liveness, runId: string, style: TimeStyle): string {
  const { state, since, endsItselfAt, lastHeardAt } = liveness;
  switch (state) {
    case "live":
      return "live";
    case "unsupervised": {
      const from = since === null ? "" : ` since ${clock(since, style)}`;
      if (endsItselfAt === null) return `unsupervised${from}`;
      return `unsupervised${from}; ends itself at ${clock(endsItselfAt, style)} unless adopted: watch ${shortId(runId)}`;
    }
    case "stale":
      return `supervisor and process gone, last heard ${clock(lastHeardAt, style)}`;
    case "unknown":
      return `not to be looked at from here, last heard ${clock(lastHeardAt, style)}`;
    default:
      return unreachable(state);
  }
}

function progressWords({ done, total }: NonNullable<Run["progress"]>): string {
  return total === null ? plain(done ?? 0) : `${plain(done ?? 0)} of ${plain(total)}`;
}

function clock(iso: string, style: TimeStyle): string {
  return style === "utc" ? iso : clockTime(iso, style).slice(0, 8);
}

/**
 * When the present or last attempt began: earlier ones and the pause before a retry are no part of what a run took.
 * Null before it began, also while it waits in the queue for one more attempt, and if it ended there.
 */
export function begunAt({ attempt, queuedSince }: Pick<Run, "attempt" | "queuedSince">): string | null {
  const begun = attempt?.startedAt ?? null;
  return begun === null || begun < queuedSince ? null : begun;
}

/** How long the present or last attempt of a run has taken, so far or in all; a dash before it began. */
export function tookWords(run: Run, nowMs: number): string {
  const begun = begunAt(run);
  if (begun === null) return "–";
  return duration((run.endedAt === null ? nowMs : Date.parse(run.endedAt)) - Date.parse(begun));
}
