// The runs that change, for every part of the page that shows runs. One stream for the whole page, open while something
// listens to it.

import { client } from "./client.ts";
import { type LiveStream, openLiveStream } from "./live-stream.ts";
import type { RunChanges } from "./run-changes.ts";

export type FeedListener = {
  onChanges?(changes: RunChanges): void;
  /**
   * What was read before may be old, and no message will say so: the stream began anew, after a restored ledger or
   * without a position. Read again.
   */
  onReset?(): void;
};

const listeners = new Set<FeedListener>();
let stream: LiveStream | null = null;

/**
 * Listens to changes. `cursor` is the position that a first read returned: nothing after it is missed. Without one, or
 * where the stream stands elsewhere already, `onReset` is called as soon as the stream is open.
 */
export function listenToChanges(listener: FeedListener, cursor: string | null = null): () => void {
  listeners.add(listener);
  if (stream === null) stream = open(cursor);
  else if (cursor === null || cursor !== stream.from) queueMicrotask(() => listener.onReset?.());
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stream?.close();
    stream = null;
  };
}

function open(cursor: string | null): LiveStream {
  const opened = openLiveStream({
    name: "changes",
    from: cursor,
    urlOf: (from) =>
      client.urlOf("allEvents", { query: { runs: "changes", ...(from === null ? {} : { after: from }) } }),
    onOpen() {
      if (opened.from === null) resetAll();
    },
    onMessage({ type, data }) {
      if (type === "runs") {
        const changes = JSON.parse(data) as RunChanges;
        for (const listener of [...listeners]) listener.onChanges?.(changes);
      } else if (type === "reset") {
        opened.restart(null);
      }
    },
  });
  return opened;
}

function resetAll(): void {
  for (const listener of [...listeners]) listener.onReset?.();
}
