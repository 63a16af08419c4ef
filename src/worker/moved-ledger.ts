// A ledger's folder that is moved away is waited for by who has seen a runner end, but not in silence.

import { performance } from "node:perf_hooks";
import { RunledgerError } from "../core/errors.ts";
import { isPassingFault } from "./passing-fault.ts";

/**
 * To be called with each fault that keeps the end of this run from being recorded: says once that a folder is waited for,
 * since whoever waits for the run would otherwise see nothing happen.
 * @param movedMsMax How long it is waited for, milliseconds; null without end, for who goes on and holds the attempt, so
 * that nobody else could record it.
 * @throws the fault, if it does not pass by itself, or the folder was away for too long
 */
export function faultWatch(runId: string, movedMsMax: number | null): (fault: unknown) => void {
  let sinceMs: number | null = null;
  return (fault) => {
    if (!isPassingFault(fault)) throw fault;
    if (!(fault instanceof RunledgerError) || fault.code !== "ledger.moved") return;
    if (sinceMs === null) warn(runId, fault, movedMsMax);
    sinceMs ??= performance.now();
    if (movedMsMax !== null && performance.now() - sinceMs > movedMsMax) throw fault;
  };
}

function warn(runId: string, { message }: RunledgerError, movedMsMax: number | null): void {
  const wait =
    movedMsMax === null
      ? "its end is recorded once it is back"
      : `its end is recorded if it is back within ${movedMsMax / 1000} s, else by the next command there`;
  process.emitWarning(`run ${runId}: ${message}; ${wait}`, "RunledgerWarning");
}
