// A sign of life for logs that people only read later: a line after a while without news, so that silence in a CI log
// is the run's and not ours.

import type { Run } from "../core/run.ts";
import { duration } from "../views/number-words.ts";

/** How long there must be no news before the first line, and between two. */
const heartbeatMs = 10_000;

export type Heartbeat = {
  /** There was news. */
  news(nowMs: number): void;
  /** The line that is due at this time, or null. */
  line(run: Pick<Run, "status">, nowMs: number): string | null;
};

/** All times are of one clock, Unix milliseconds. */
export function createHeartbeat(startMs: number): Heartbeat {
  let newsMs = startMs;
  let lineMs = startMs;
  return {
    news(nowMs) {
      newsMs = nowMs;
      lineMs = nowMs;
    },
    line({ status }, nowMs) {
      if (nowMs - lineMs < heartbeatMs) return null;
      lineMs = nowMs;
      return `  ${new Date(nowMs).toISOString()}  ${status}, nothing new for ${duration(nowMs - newsMs)}`;
    },
  };
}
