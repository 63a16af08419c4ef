// One clock for everything on the page that ticks: it stands still when nothing ticks or nobody looks.

import { useSyncExternalStore } from "react";
import { whileShown } from "../api/while-shown.ts";

const listeners = new Set<() => void>();
let nowMs = Date.now();
let stop: (() => void) | undefined;

const tickMs = 1_000;

/** The time to the second, as long as it `isTicking`; else the time at which it stood still. */
export function useNowMs(isTicking: boolean): number {
  return useSyncExternalStore(isTicking ? subscribe : subscribeToNothing, () => (isTicking ? nowMs : 0));
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    nowMs = Date.now();
    stop = whileShown(tickMs, tick);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) stop?.();
  };
}

function tick(): void {
  nowMs = Date.now();
  for (const listener of listeners) listener();
}

function subscribeToNothing(): () => void {
  return () => undefined;
}
