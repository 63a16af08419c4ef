// When an attempt has to stand still: for as long as its worker cannot be heard of where several hosts share a ledger.
// It goes on once the ledger has the worker again and has said that the claim is still this worker's.

import { performance } from "node:perf_hooks";
import type { ProcessRef } from "../core/events.ts";
import { FrozenTree } from "./freeze.ts";
import type { Lease } from "./lease.ts";

/** How long after a thaw it is looked whether anything of the tree has stopped itself once more, milliseconds. */
const aftermathMs = 60_000;

export class Stillness {
  readonly #lease: Lease;
  readonly #tree: { runner: ProcessRef; attemptDir: string };
  #frozen: FrozenTree | null = null;
  #thawed: { tree: FrozenTree; atMs: number } | null = null;
  /** When it was last certain that the attempt has to stand still, on the monotonic clock. */
  #doubtfulMs = 0;

  /** @param of.mayStand Another supervisor may have stopped it, and died: it stands still until the first exchange. */
  constructor(of: { lease: Lease; runner: ProcessRef; attemptDir: string; mayStand: boolean }) {
    this.#lease = of.lease;
    this.#tree = { runner: of.runner, attemptDir: of.attemptDir };
    if (of.mayStand) this.#freeze();
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
      this.#freeze();
      return "stands";
    }
    if (this.#frozen === null) {
      this.#wakeStragglers();
      return "acts";
    }
    if (ownedMs <= this.#doubtfulMs) return "stands";
    beforeThaw();
    this.#frozen.thaw();
    this.#thawed = { tree: this.#frozen, atMs: performance.now() };
    this.#frozen = null;
    return "goesOn";
  }

  #freeze(): void {
    this.#doubtfulMs = performance.now();
    if (this.#frozen === null) this.#frozen = new FrozenTree(this.#tree);
    else this.#frozen.freeze();
  }

  #wakeStragglers(): void {
    if (this.#thawed === null) return;
    if (performance.now() - this.#thawed.atMs > aftermathMs) this.#thawed = null;
    else this.#thawed.tree.thawAgain();
  }
}
