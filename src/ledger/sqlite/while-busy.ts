// The one place where a busy database is tried again. SQLite's own waiting backs off to 100 ms and more, which starves
// whoever waits longest; here one asks more often the longer one has waited.

import { RunledgerError } from "../../core/errors.ts";
import { isBusy } from "./sqlite-errors.ts";

/** How long one waits for a database that another process holds, milliseconds. */
const busyMsMax = 30_000;

/**
 * Tries until the database is free.
 * @param onWait Called before each sleep with the milliseconds waited so far.
 * @throws RunledgerError `ledger.busy` after 30 s; what is no busy error is thrown on.
 */
export function whileBusy<T>(attempt: () => T, onWait: (waitedMs: number) => void = () => {}): T {
  const startMs = performance.now();
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      const waitedMs = performance.now() - startMs;
      if (waitedMs > busyMsMax) {
        const detail = `another process held the ledger for more than ${busyMsMax / 1000} s`;
        throw new RunledgerError("ledger.busy", detail, { cause: error });
      }
      onWait(waitedMs);
      sleep(waitedMs > 20 ? 0.1 + Math.random() * 0.4 : 0.2 + Math.random() * 1.8);
    }
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));

/** Stops this thread for so many milliseconds. */
export function sleep(ms: number): void {
  if (ms > 0) Atomics.wait(never, 0, 0, ms);
}
