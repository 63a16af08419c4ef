// Vouching: while a supervisor overwrites this small file, its runner knows that somebody looks after it, and how much
// of its journal has been taken.

import { performance } from "node:perf_hooks";
import { systemLimits } from "../core/system-limits.ts";
import type { Lease } from "./lease.ts";
import { readPlace } from "./process-facts.ts";
import { writeVouch } from "./spare-runners.ts";

/** Journal bytes after which the runner is told that they were taken. */
const vouchBytes = 1024 * 1024;

export class Voucher {
  readonly #folder: string;
  readonly #claimId: string;
  readonly #everyMs: number;
  readonly #lease: Pick<Lease, "vouchUptimeS">;
  #vouchedMs = Number.NEGATIVE_INFINITY;
  #vouchedBytes = 0;

  constructor(of: {
    folder: string;
    claimId: string;
    orphanS: number | null;
    lease: Pick<Lease, "vouchUptimeS">;
  }) {
    this.#folder = of.folder;
    this.#claimId = of.claimId;
    this.#lease = of.lease;
    // A runner with a short orphan limit must not take the time between two words for loneliness.
    this.#everyMs = Math.min(systemLimits.vouchMs, (of.orphanS ?? Number.POSITIVE_INFINITY) * 250);
  }

  /** Vouches if it is time to, or if much has been taken since. */
  vouch(takenBytes: number): void {
    const isDue = performance.now() - this.#vouchedMs >= this.#everyMs;
    if (!isDue && takenBytes - this.#vouchedBytes < vouchBytes) return;
    this.#vouchedMs = performance.now();
    this.#vouchedBytes = takenBytes;
    const { bootId } = readPlace();
    writeVouch(this.#folder, { claimId: this.#claimId, bootId, uptimeS: this.#lease.vouchUptimeS(), takenBytes });
  }

  /** Vouches now, whenever it was due: before a runner that was stopped goes on. */
  vouchNow(takenBytes: number): void {
    this.#vouchedMs = Number.NEGATIVE_INFINITY;
    this.vouch(takenBytes);
  }
}
