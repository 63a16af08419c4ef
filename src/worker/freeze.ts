// Stops all processes of an attempt and lets them go on: for as long as its worker cannot know whether another host has
// taken the run over, nothing of it may act.

import type { ProcessRef } from "../core/events.ts";
import { readAllProgramFacts } from "./containment.ts";
import { findTagged, lookAt, readPlace, signalProcess, treeOf } from "./process-facts.ts";

/** A tree that forks faster than this is caught at the next look of the supervisor. */
const looksMax = 50;

export class FrozenTree {
  readonly #runner: ProcessRef;
  readonly #attemptDir: string;
  /** In the order in which they were stopped. */
  readonly #stopped = new Map<number, ProcessRef>();

  constructor(of: { runner: ProcessRef; attemptDir: string }) {
    this.#runner = of.runner;
    this.#attemptDir = of.attemptDir;
    this.freeze();
  }

  /**
   * Stops whatever of the tree still goes on: once more until a look finds nothing new, since a process may have had a
   * child while it was being stopped.
   */
  freeze(): void {
    for (let looks = 0; looks < looksMax; looks += 1) {
      const found = this.#tree().filter(({ pid }) => !this.#stopped.has(pid));
      if (found.length === 0) return;
      for (const ref of found) {
        signalProcess(ref, "SIGSTOP", readPlace());
        this.#stopped.set(ref.pid, ref);
      }
    }
  }

  /** Lets all of it go on, the youngest first: nobody waits for a child that still stands still. */
  thaw(): void {
    for (const ref of this.#youngestFirst()) signalProcess(ref, "SIGCONT", readPlace());
  }

  /**
   * Lets go on what has stopped itself since the thaw: `nsenter` does when it learns that its child was stopped, and on
   * a busy machine it may learn that late.
   */
  thawAgain(): void {
    for (const ref of this.#youngestFirst()) if (lookAt(ref)?.state === "T") signalProcess(ref, "SIGCONT", readPlace());
  }

  #youngestFirst(): ProcessRef[] {
    return [...this.#stopped.values()].reverse();
  }

  #tree(): ProcessRef[] {
    const swept = readAllProgramFacts(this.#attemptDir).filter(({ containment }) => containment === "sweep");
    const tagged = swept.flatMap(({ tag }) => findTagged(tag));
    return [this.#runner, ...treeOf(this.#runner), ...tagged];
  }
}
