// The children of this process as the kernel shows them: when one ends, and when a spare runner has finished booting.

import { type ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

export type Children = Disposable & {
  /** When the end of this child was collected, on the clock of `performance`; null while it lives. */
  endedMs(pid: number): number | null;
  /** Waits until every living child has used no processor time for a while. */
  untilIdle(): Promise<void>;
};

const channel = "child_process";
const lookMs = 20;
/** So many looks in a row without a tick of processor time. */
const idleLooks = 4;

/** Follows every child that is started from now on. */
export function followChildren(): Children {
  const ended = new Map<number, number | null>();
  const onSpawn = (message: unknown): void => {
    const { process: child } = message as { process: ChildProcess };
    child.once("spawn", () => ended.set(child.pid ?? 0, null));
    child.once("exit", () => ended.set(child.pid ?? 0, performance.now()));
  };
  subscribe(channel, onSpawn);
  const living = (): number[] => [...ended].filter(([, endMs]) => endMs === null).map(([pid]) => pid);
  return {
    endedMs: (pid) => ended.get(pid) ?? null,
    async untilIdle() {
      let last = "";
      for (let looks = 0; looks < idleLooks; looks += 1) {
        await wait(lookMs);
        const now = living().map((pid) => `${pid} ${ticksOf(pid)}`).join();
        if (now !== last) looks = 0;
        last = now;
      }
    },
    [Symbol.dispose]: () => void unsubscribe(channel, onSpawn),
  };
}

/** Processor time used so far, and whether the process waits: both change while a spare boots. */
function ticksOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return [fields[0], fields[11], fields[12]].join(" ");
  } catch {
    return "gone";
  }
}
