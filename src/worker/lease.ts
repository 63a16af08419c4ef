// A worker's lease where several hosts share a ledger: what other hosts go by, since they cannot look at its process.
// Only a renewal that the ledger has confirmed counts, and it counts from the moment before it was sent.

import { uptime } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { problemOf } from "../core/errors.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { unlessAborted } from "./unless-aborted.ts";

export type Lease = {
  /**
   * `os.uptime()` at which the worker was last known to be known, seconds: what it may vouch with. Where all share one
   * host that is now.
   */
  vouchUptimeS(): number;
  /** True when its runners must stand still: it may soon be taken for gone, and has no way to ask. */
  isDoubtful(): boolean;
  close(): Promise<void>;
};

/**
 * Renews the lease of the worker until it is closed. Resolves after the first renewal.
 * @param onRenewed Called after each later one.
 */
export async function keepLease(ledger: Ledger, worker: string, onRenewed: () => void = () => {}): Promise<Lease> {
  const { takeoverAfterMs } = ledger;
  if (takeoverAfterMs === null) {
    return { vouchUptimeS: uptime, isDoubtful: () => false, close: async () => undefined };
  }
  let confirmedUptimeS = uptime();
  await ledger.renew(worker);
  const stop = new AbortController();
  let told: string | null = null;
  const renewing = renewUntil(stop.signal, async () => {
    const beforeS = uptime();
    try {
      await ledger.renew(worker);
      confirmedUptimeS = beforeS;
      told = null;
      onRenewed();
    } catch (error) {
      const { code, detail } = problemOf(error);
      if (code !== told && !stop.signal.aborted) {
        process.emitWarning(`the lease of this worker was not renewed: ${code}: ${detail}`, "RunledgerWarning");
      }
      told = code;
    }
  });
  const freezeAfterS = (takeoverAfterMs - systemLimits.freezeBeforeTakeoverMs) / 1000;
  return {
    vouchUptimeS: () => confirmedUptimeS,
    isDoubtful: () => uptime() - confirmedUptimeS > freezeAfterS,
    async close() {
      stop.abort();
      await renewing;
    },
  };
}

async function renewUntil(signal: AbortSignal, renew: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await wait(systemLimits.renewMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    // A renewal that hangs must not keep the worker from its end; one that fails shows by the age of the lease.
    await unlessAborted(renew(), signal);
  }
}
