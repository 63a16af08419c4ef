// Moments and durations as people read them: full dates, local time with UTC on hover, durations that tick.

import { isActive } from "../../../src/core/moves.ts";
import type { RunBody } from "../../../src/protocol/http-resources.ts";
import { duration } from "../../../src/views/number-words.ts";
import { useNowMs } from "./clock.ts";

const two = (value: number): string => String(value).padStart(2, "0");

/** `2026-11-22 10:00:03`, in the reader's zone. */
export function localTime(iso: string, withMs = false): string {
  const at = new Date(iso);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${day} ${clock}${withMs ? `.${String(at.getMilliseconds()).padStart(3, "0")}` : ""}`;
}

/** A moment in the reader's zone; hovering shows it in UTC. A dash where there is none. */
export function Time({ iso, withMs = false }: { iso: string | null; withMs?: boolean }) {
  if (iso === null) return <span className="faint">–</span>;
  return (
    <time dateTime={iso} title={`${iso} (UTC)`}>
      {localTime(iso, withMs)}
    </time>
  );
}

/** How long something took, or takes so far: `to` null ticks. A dash if it has not begun. */
export function Duration({ from, to }: { from: string | null; to: string | null }) {
  const nowMs = useNowMs(from !== null && to === null);
  if (from === null) return <span className="faint">–</span>;
  const ms = (to === null ? nowMs : Date.parse(to)) - Date.parse(from);
  return (
    <span className="number" title={`from ${from}${to === null ? ", not over yet" : ` to ${to}`}`}>
      {to === null ? ticking(ms) : duration(ms)}
    </span>
  );
}

type Worked = Pick<RunBody, "status" | "startedAt" | "attemptStartedAt" | "workedMs">;

/** How long the attempts of a run took together; ticks while one goes on. A dash before the first began. */
export function Took({ run }: { run: Worked }) {
  const { status, startedAt, attemptStartedAt, workedMs } = run;
  const begun = isActive(status) ? attemptStartedAt : null;
  const nowMs = useNowMs(begun !== null);
  if (startedAt === null) return <span className="faint">–</span>;
  const ms = begun === null ? workedMs : workedMs + Math.max(0, nowMs - Date.parse(begun));
  return <span className="number">{begun === null ? duration(ms) : ticking(ms)}</span>;
}

/** Whole seconds, so that digits do not dance. */
function ticking(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 100 ? `${seconds} s` : duration(seconds * 1000);
}
