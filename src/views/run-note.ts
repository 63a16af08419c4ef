// The one remark about a run that a list has room for: what it does or waits for, or what was wrong with its end.

import type { Computed, Liveness } from "../core/computed.ts";
import { unreachable } from "../core/errors.ts";
import { shortId } from "../core/ids.ts";
import { isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import { workedMs } from "../core/run-time.ts";
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
  const cancel = cancelWords(run, style);
  if (cancel !== null) words.push(cancel);
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

/** Who stops a run, since when, and how long it may take; null if nobody does. */
export function cancelWords({ status, cancel }: Pick<Run, "status" | "cancel">, style: TimeStyle): string | null {
  if (status !== "cancelling" || cancel === null) return null;
  const { by, requestedAt, graceMs } = cancel;
  const grace = graceMs === 0 ? "without grace" : `${duration(graceMs)} to end by itself`;
  return `asked by ${by} at ${clock(requestedAt, style)}, ${grace}`;
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

/** How long the attempts of a run took, so far or in all; a dash before the first began. */
export function tookWords(run: Run, nowMs: number): string {
  const ms = workedMs(run, nowMs);
  return ms === null ? "–" : duration(ms);
}
