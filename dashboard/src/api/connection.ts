// Whether the server can be heard: what the banner shows. Each stream, and requests as a whole, report for themselves.

import { useSyncExternalStore } from "react";

export type Silence = {
  /** Since when, Unix milliseconds. */
  sinceMs: number;
  /** What was said instead, if anything was; null when nothing answered. */
  detail: string | null;
};

const silences = new Map<string, Silence>();
const listeners = new Set<() => void>();
/** The oldest silence; null while all can be heard. */
let current: Silence | null = null;

/** The source was heard: its silence, if there was one, is over. */
export function heard(source: string): void {
  if (silences.delete(source)) publish();
}

/** The source cannot be heard; the first report of a silence sets its time. */
export function unheard(source: string, detail: string | null = null): void {
  const known = silences.get(source);
  if (known !== undefined && known.detail === detail) return;
  silences.set(source, { sinceMs: known?.sinceMs ?? Date.now(), detail });
  publish();
}

/** The silence that the page has to tell about; null while there is none. */
export function useSilence(): Silence | null {
  return useSyncExternalStore(subscribe, () => current);
}

function publish(): void {
  current = [...silences.values()].sort((a, b) => a.sinceMs - b.sinceMs)[0] ?? null;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
