// One clock for everything on the page that ticks: it stands still when nothing ticks or nobody looks.

import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

const tickMs = 1_000;

/** The time to the second, as long as it `isTicking`; else the time at which it stood still. */
export function useNowMs(isTicking: boolean): number {
  return useSyncExternalStore(isTicking ? subscribe : subscribeToNothing, () => (isTicking ? nowMs : 0));
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    nowMs = Date.now();
    timer = setInterval(tick, tickMs);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

function tick(): void {
  if (document.hidden) return;
  nowMs = Date.now();
  for (const listener of listeners) listener();
}

function subscribeToNothing(): () => void {
  return () => undefined;
}
