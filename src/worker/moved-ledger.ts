// A ledger's folder that is moved away is waited for by who has seen a runner end, but not in silence and not for ever.

import { RunledgerError } from "../core/errors.ts";
import { isPassingFault } from "./passing-fault.ts";

/** How long it is waited for, milliseconds. */
const movedMsMax = 60_000;

/**
 * To be called with each fault that keeps the end of this run from being recorded: says once that a folder is waited for,
 * since whoever waits for the run would otherwise see nothing happen.
 * @throws the fault, if it does not pass by itself, or the folder was away for too long
 */
export function faultWatch(runId: string): (fault: unknown) => void {
  let sinceMs: number | null = null;
  return (fault) => {
    if (!isPassingFault(fault)) throw fault;
    if (!(fault instanceof RunledgerError) || fault.code !== "ledger.moved") return;
    const nowMs = performance.now();
    if (sinceMs === null) {
      const wait = `its end is recorded if it is back within ${movedMsMax / 1000} s, else by the next command there`;
      process.emitWarning(`run ${runId}: ${fault.message}; ${wait}`, "RunledgerWarning");
    }
    sinceMs ??= nowMs;
    if (nowMs - sinceMs > movedMsMax) throw fault;
  };
}
