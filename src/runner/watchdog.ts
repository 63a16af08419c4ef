// The watchdog: a thread of the runner that holds the wall limit and the orphan limit whatever the main thread does.
// It is the last resort: the supervisor enforces the wall limit first, and nobody else enforces the orphan limit.

import { readFileSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parentPort } from "node:worker_threads";
import { attemptFiles } from "../protocol/attempt-files.ts";
import type { Vouch, WatchdogVerdict } from "../protocol/spec.ts";

export type WatchdogData = {
  attemptDir: string;
  /** Seconds, or null for no limit. */
  wallS: number | null;
  orphanS: number | null;
  /** Seconds since the newest vouch's own time after which nothing may act any more: another host may take over. */
  endsAloneS: number | null;
  graceS: number;
  /** `os.uptime()` when the attempt began. */
  startedUptimeS: number;
};

const tickMs = 250;
/** A longer time between two looks is time in which this process was stopped, or the machine slept; seconds. */
const betweenLooksSMax = 1;
/** How much later than the supervisor the watchdog enforces the wall limit, seconds. */
const wallMarginS = 5;
/** From asking for a safe point to the kill, seconds. */
const safePointS = 60;

/** From asking for a safe point to the end before a take-over, seconds: not before the worker has had time to stop it. */
const takeoverSafePointS = 2;

const { attemptDir, wallS, orphanS, endsAloneS, graceS, startedUptimeS } = await toldData();
let lookedAtMs = performance.now();
/** What counts is time in which this process was awake: nobody can vouch while the whole machine sleeps. */
let ranS = Math.min(uptime() - startedUptimeS, betweenLooksSMax);
let aloneS = 0;
/** Since the safe point was asked for; null while it was not. */
let askedForS: number | null = null;
/** The newest vouch, by its time; before the first one the start counts. */
let vouchedUptimeS: number | null = null;
let hasAskedInTime = false;

setInterval(look, tickMs);

function look(): void {
  const nowMs = performance.now();
  const awakeS = Math.min((nowMs - lookedAtMs) / 1000, betweenLooksSMax);
  lookedAtMs = nowMs;
  ranS += awakeS;
  if (wallS !== null && ranS > wallS + graceS + wallMarginS) end({ limit: "wall_s", afterS: ranS });
  const isVouched = isVouchedAnew();
  if (endsAloneS !== null) endBeforeTakeover(endsAloneS);
  if (orphanS === null) return;
  aloneS = isVouched ? 0 : aloneS + awakeS;
  if (aloneS <= orphanS) {
    askedForS = null;
    return;
  }
  if (askedForS === null) {
    askedForS = 0;
    parentPort?.postMessage("orphaned");
    return;
  }
  askedForS += awakeS;
  if (askedForS > safePointS) end({ limit: "orphan_s", afterS: aloneS });
}

/**
 * Here all time counts, awake or not: the other host's does. A safe point is asked for first, so that a checkpoint may
 * be written in time.
 */
function endBeforeTakeover(limitS: number): void {
  const silentS = uptime() - (vouchedUptimeS ?? startedUptimeS);
  if (silentS > limitS) end({ limit: "takeover", afterS: silentS });
  if (silentS <= limitS - takeoverSafePointS || hasAskedInTime) return;
  hasAskedInTime = true;
  parentPort?.postMessage("orphaned");
}

/** The thread boots before it is known what it guards. */
function toldData(): Promise<WatchdogData> {
  return new Promise((resolve) => parentPort?.once("message", resolve));
}

/** True if somebody has vouched since the last look; half a file is none, and is whole at the next look. */
function isVouchedAnew(): boolean {
  try {
    const { uptimeS } = JSON.parse(readFileSync(join(attemptDir, attemptFiles.supervised), "utf8")) as Vouch;
    if (uptimeS === vouchedUptimeS) return false;
    vouchedUptimeS = uptimeS;
    return true;
  } catch {
    return false;
  }
}

/** Says why, and kills the whole group, this process with it. */
function end({ limit, afterS }: Pick<WatchdogVerdict, "limit" | "afterS">): void {
  const verdict: WatchdogVerdict = { limit, afterS, at: new Date().toISOString() };
  try {
    writeFileSync(join(attemptDir, attemptFiles.watchdog), JSON.stringify(verdict));
  } finally {
    // Also where nothing can be written any more.
    process.kill(-process.pid, "SIGKILL");
  }
}
