// The children of this process as the kernel shows them: when one ended, and when all of them wait for something, as
// spare runners do once they are ready.

import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

export type Children = Disposable & {
  /** When the end of this child was collected, on the clock of `performance`; null while it lives. */
  endedMs(pid: number): number | null;
  /** Resolves when no living child has used processor time for a while. */
  untilIdle(): Promise<void>;
};

const channel = "child_process";
const lookMs = 20;
/** So many looks in a row must find that nothing was used; the kernel counts in ticks of 10 ms. */
const idleLooks = 4;

/** Follows every child that is started from now on. */
export function followChildren(): Children {
  const ends = new Map<number, number | null>();
  const onSpawn = (message: unknown): void => {
    const { process: child } = message as { process: ChildProcess };
    child.once("spawn", () => ends.set(child.pid ?? 0, null));
    child.once("exit", () => ends.set(child.pid ?? 0, performance.now()));
  };
  subscribe(channel, onSpawn);
  const usage = (): string =>
    [...ends]
      .filter(([, endMs]) => endMs === null)
      .map(([pid]) => `${pid} ${usageOf(pid)}`)
      .join();
  return {
    endedMs: (pid) => ends.get(pid) ?? null,
    async untilIdle() {
      let before = "";
      for (let looks = 0; looks < idleLooks; looks += 1) {
        await wait(lookMs);
        const now = usage();
        if (now !== before) looks = 0;
        before = now;
      }
    },
    [Symbol.dispose]: () => void unsubscribe(channel, onSpawn),
  };
}

/** State and processor time so far, as `/proc` has them. */
function usageOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${state} ${user} ${system}`;
  } catch {
    return "gone";
  }
}
