// The watchdog: a thread of the runner that holds the wall limit and the orphan limit whatever the main thread does.
// It is the last resort: the supervisor enforces the wall limit first, and nobody else enforces the orphan limit.

import { readFileSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { join } from "node:path";
import { parentPort } from "node:worker_threads";
import { attemptFiles } from "../protocol/attempt-files.ts";
import type { Vouch, WatchdogVerdict } from "../protocol/spec.ts";

export type WatchdogData = {
  attemptDir: string;
  /** Seconds, or null for no limit. */
  wallS: number | null;
  orphanS: number | null;
  graceS: number;
  /** `os.uptime()` when the attempt began. */
  startedUptimeS: number;
};

const tickMs = 250;
/** How much later than the supervisor the watchdog enforces the wall limit, seconds. */
const wallMarginS = 5;
/** From asking for a safe point to the kill, seconds. */
const safePointS = 60;

const { attemptDir, wallS, orphanS, graceS, startedUptimeS } = await toldData();
let askedAtS: number | null = null;

setInterval(look, tickMs);

function look(): void {
  const nowS = uptime();
  const ranS = nowS - startedUptimeS;
  if (wallS !== null && ranS > wallS + graceS + wallMarginS) end({ limit: "wall_s", afterS: ranS });
  if (orphanS === null) return;
  const aloneS = nowS - vouchedAtS();
  if (aloneS <= orphanS) {
    askedAtS = null;
    return;
  }
  if (askedAtS === null) {
    askedAtS = nowS;
    parentPort?.postMessage("orphaned");
  } else if (nowS - askedAtS > safePointS) {
    end({ limit: "orphan_s", afterS: aloneS });
  }
}

/** The thread boots before it is known what it guards. */
function toldData(): Promise<WatchdogData> {
  return new Promise((resolve) => parentPort?.once("message", resolve));
}

/** When somebody last vouched for this runner; before the first time, its start counts. */
function vouchedAtS(): number {
  try {
    const vouch = JSON.parse(readFileSync(join(attemptDir, attemptFiles.supervised), "utf8")) as Vouch;
    return Math.max(vouch.uptimeS, startedUptimeS);
  } catch {
    return startedUptimeS;
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
