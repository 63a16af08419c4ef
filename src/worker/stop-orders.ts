// How a supervisor ends a runner: words in the control file first, then TERM, then KILL, each at its time. The first
// reason for which it was stopped is the one that its ending will name.

import { performance } from "node:perf_hooks";
import type { ProcessRef, RunError } from "../core/events.ts";
import type { ControlLine } from "../protocol/spec.ts";
import { appendControl } from "./append-control.ts";
import { orPassingFault } from "./passing-fault.ts";
import { readPlace, signalGroup } from "./process-facts.ts";
import type { Seen } from "./weigh-evidence.ts";

/** After the grace has passed, TERM; after this much more, KILL, milliseconds. */
const termToKillMs = 200;
/** A runner that obeys needs this long beyond the grace that it gives its program, milliseconds. */
const graceMarginMs = 250;

export class StopOrders {
  readonly #ref: ProcessRef;
  readonly #folder: string;
  readonly #claimId: string;
  #asked: { type: "cancel" | "pause"; graceMs: number } | null = null;
  #killedFor: Seen["killedFor"] = null;
  #termAtMs = Number.POSITIVE_INFINITY;
  #killAtMs = Number.POSITIVE_INFINITY;
  #isControlTorn = false;

  constructor(of: { ref: ProcessRef; folder: string; claimId: string }) {
    this.#ref = of.ref;
    this.#folder = of.folder;
    this.#claimId = of.claimId;
  }

  /** Why we killed it, or will: null as long as it runs with our blessing. */
  get killedFor(): Seen["killedFor"] {
    return this.#killedFor;
  }

  /** Whether it was asked to stop, or will be killed at some moment. */
  get isOut(): boolean {
    return this.#asked !== null || this.#killedFor !== null || this.#killAtMs < Number.POSITIVE_INFINITY;
  }

  /** Passes a cancel on, once, and again if the grace was shortened. */
  async cancel(graceMs: number): Promise<void> {
    if (this.#asked?.type === "cancel" && graceMs >= this.#asked.graceMs) return;
    this.#asked = { type: "cancel", graceMs };
    this.#endWithin(graceMs);
    await this.#tell({ type: "cancel", graceMs, claimId: this.#claimId, at: new Date().toISOString() });
  }

  /** Passes a pause on, once: no clock enforces it, so one whose word found no room is to be passed on again. */
  async pause(): Promise<void> {
    if (this.#asked !== null) return;
    this.#asked = { type: "pause", graceMs: 0 };
    const isTold = await this.#tell({ type: "pause", claimId: this.#claimId, at: new Date().toISOString() });
    if (!isTold && this.#asked.type === "pause") this.#asked = null;
  }

  async stopFor(error: RunError, graceMs: number): Promise<void> {
    this.#killedFor = { reason: "limit", error };
    const { message, limit = error.code } = error;
    const at = new Date().toISOString();
    // Memory that grows without bound leaves no time for manners.
    this.#endWithin(limit === "memory_mib" ? 0 : graceMs);
    await this.#tell({ type: "limit", claimId: this.#claimId, at, limit, message, graceMs });
  }

  /** A runner that has not begun in time. */
  killUnstarted(): void {
    this.#killedFor = { reason: "start" };
    this.killAt(performance.now());
  }

  /** Nothing is expected of it after this moment, on the monotonic clock. */
  killAt(ms: number): void {
    this.#killAtMs = Math.min(this.#killAtMs, ms);
  }

  /** Sends what is due by now. */
  escalate(): void {
    const nowMs = performance.now();
    if (nowMs < Math.min(this.#termAtMs, this.#killAtMs)) return;
    if (this.#asked?.type === "cancel") this.#killedFor ??= { reason: "cancel" };
    const signal = nowMs >= this.#killAtMs ? "SIGKILL" : "SIGTERM";
    if (signal === "SIGTERM") this.#termAtMs = Number.POSITIVE_INFINITY;
    signalGroup(this.#ref, signal, readPlace());
  }

  #endWithin(graceMs: number): void {
    const termAtMs = performance.now() + graceMs + (graceMs === 0 ? 0 : graceMarginMs);
    this.#termAtMs = Math.min(this.#termAtMs, termAtMs);
    this.killAt(termAtMs + (graceMs === 0 ? 0 : termToKillMs));
  }

  /**
   * False if the words found no room on the disk, or no folder: a stop is not said again then, but enforced by the clock.
   */
  async #tell(line: ControlLine): Promise<boolean> {
    const isTold = await orPassingFault(() => appendControl(this.#folder, line, this.#isControlTorn));
    this.#isControlTorn = !isTold;
    return isTold;
  }
}
