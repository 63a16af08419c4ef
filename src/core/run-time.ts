// How long a run was worked on: the time of its attempts together. The queue, a pause and the wait before a retry are no
// part of it.

import type { Run } from "./run-state.ts";

type Timed = Pick<Run, "attempt" | "queuedSince" | "endedMs" | "startedAt" | "endedAt">;

/** When the present or last attempt began; null while the run waits in the queue for it, and if it ended there. */
export function begunAt({ attempt, queuedSince }: Pick<Timed, "attempt" | "queuedSince">): string | null {
  const begun = attempt?.startedAt ?? null;
  return begun === null || begun < queuedSince ? null : begun;
}

/**
 * Milliseconds that its attempts took together, each from its first line to its end; of one that goes on, up to `nowMs`.
 * Null before the first began, and if none did.
 */
export function workedMs(run: Timed, nowMs: number): number | null {
  const { attempt, startedAt, endedAt, endedMs } = run;
  if (startedAt === null) return null;
  // A fold of a build that did not count: of its last attempt.
  if (endedMs === undefined && endedAt !== null) return timeSince(begunAt(run), Date.parse(endedAt));
  return (endedMs ?? 0) + (attempt?.outcome === null ? timeSince(attempt.startedAt, nowMs) : 0);
}

/** The same of a run that has ended; null while it has not. */
export function tookMs(run: Timed): number | null {
  return run.endedAt === null ? null : workedMs(run, 0);
}

/** The time of its attempts that have ended, milliseconds: the present one began at `begunAt`. Tells no clock. */
export function endedMsOf(run: Timed): number {
  return (run.endedAt === null ? run.endedMs : tookMs(run)) ?? 0;
}

/** The time of the attempts that have ended, with that of the present one, which ends now. */
export function addTime({ attempt, endedMs }: Pick<Run, "attempt" | "endedMs">, until: string): Pick<Run, "endedMs"> {
  // Builds of before did not count: a sum without the first attempts would be none.
  if (attempt === null || (endedMs === undefined && attempt.number > 1)) return {};
  return { endedMs: (endedMs ?? 0) + timeSince(attempt.startedAt, Date.parse(until)) };
}

/** A clock that was set back takes no time away. */
function timeSince(begun: string | null, untilMs: number): number {
  return begun === null ? 0 : Math.max(0, untilMs - Date.parse(begun));
}
