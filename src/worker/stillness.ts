// When an attempt has to stand still: for as long as its worker cannot be heard of where several hosts share a ledger.
// It goes on once the ledger has the worker again and has said that the claim is still this worker's.

import { performance } from "node:perf_hooks";
import type { ProcessRef } from "../core/events.ts";
import { FrozenTree } from "./freeze.ts";
import type { Lease } from "./lease.ts";

export class Stillness {
  readonly #lease: Lease;
  readonly #tree: { runner: ProcessRef; attemptDir: string };
  #frozen: FrozenTree | null = null;
  /** When it was last certain that the attempt has to stand still, on the monotonic clock. */
  #doubtfulMs = 0;

  constructor(of: { lease: Lease; runner: ProcessRef; attemptDir: string }) {
    this.#lease = of.lease;
    this.#tree = { runner: of.runner, attemptDir: of.attemptDir };
  }

  get isStill(): boolean {
    return this.#frozen !== null;
  }

  /**
   * Stops or thaws what has to be.
   * @param ownedMs When the ledger was last asked, on the monotonic clock, and said that the claim is ours.
   * @param beforeThaw Vouches, so that the runner does not find itself alone when it wakes.
   */
  look(ownedMs: number, beforeThaw: () => void): "acts" | "stands" | "goesOn" {
    if (this.#lease.isDoubtful()) {
      this.#doubtfulMs = performance.now();
      if (this.#frozen === null) this.#frozen = new FrozenTree(this.#tree);
      else this.#frozen.freeze();
      return "stands";
    }
    if (this.#frozen === null) return "acts";
    if (ownedMs <= this.#doubtfulMs) return "stands";
    beforeThaw();
    this.#frozen.thaw();
    this.#frozen = null;
    return "goesOn";
  }
}
