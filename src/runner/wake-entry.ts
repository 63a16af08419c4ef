// Lets nsenter go on when its program does. It stops itself as soon as it learns that its program was stopped, and nobody
// who lets the program go on, as `kill -CONT` and tools that hold a program back do, knows of it: stopped for good, it
// would never tell of the program's end.

import type { ProcessRef } from "../core/events.ts";
import { childrenOf, type ProcessStat, sameProcess } from "../protocol/process.ts";
import { proc, signalPid } from "./namespace.ts";

/** Between two looks, milliseconds: each reads one small file. */
const lookMs = 250;

/** Wakes it whenever it stands still beside a program that does not, until it is gone. @returns the way to stop that */
export function wakeWithProgram(entry: ProcessRef): () => void {
  const timer = setInterval(() => {
    const stat = sameProcess(entry, proc);
    if (stat === null) return clearInterval(timer);
    // One whose program is stopped, too, is left: it would let that go on.
    if (stat.state === "T" && !childrenOf(entry.pid, proc).some(isStopped)) signalPid(entry.pid, "SIGCONT");
  }, lookMs).unref();
  return () => clearInterval(timer);
}

function isStopped({ state }: ProcessStat): boolean {
  return state === "T" || state === "t";
}
