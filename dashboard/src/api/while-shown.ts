// Whether somebody can see the page. What ticks or asks again stands still while nobody does: a window that is left open
// over night costs nothing, and is right as soon as it is looked at.

import { useSyncExternalStore } from "react";

/** Calls `work` in these intervals while the page is in sight, and at once when it comes back into sight. */
export function whileShown(everyMs: number, work: () => void): () => void {
  let timer = document.hidden ? undefined : setInterval(work, everyMs);
  const onVisibility = (): void => {
    clearInterval(timer);
    timer = undefined;
    if (document.hidden) return;
    timer = setInterval(work, everyMs);
    work();
  };
  document.addEventListener("visibilitychange", onVisibility);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", onVisibility);
  };
}

/** Calls `work` once: now, or when the page comes into sight. @returns what calls it off */
export function onceShown(work: () => void): () => void {
  if (!document.hidden) {
    work();
    return () => undefined;
  }
  const onVisibility = (): void => {
    if (document.hidden) return;
    document.removeEventListener("visibilitychange", onVisibility);
    work();
  };
  document.addEventListener("visibilitychange", onVisibility);
  return () => document.removeEventListener("visibilitychange", onVisibility);
}

export function useIsShown(): boolean {
  return useSyncExternalStore(subscribe, () => !document.hidden);
}

function subscribe(listener: () => void): () => void {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
}
