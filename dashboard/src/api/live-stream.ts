// One live stream of the server: it comes back by itself after the server was away, sleeps while nobody looks at the
// page, and goes on from the last message that it received, so that nothing is missed or doubled.

import { heard, unheard } from "./connection.ts";
import { type SseMessage, sseMessages } from "./sse-messages.ts";

export type LiveStreamOptions = {
  /** A name for the banner's bookkeeping, unique among streams that are open at once. */
  name: string;
  /** Where it is read; `from` is the id of the last message received, or where it was told to begin. */
  urlOf: (from: string | null) => string;
  /** Where the first reading begins; null: now. */
  from: string | null;
  onMessage: (message: SseMessage) => void;
  /** The stream was opened; `isAgain` says that something may have been shown meanwhile that is old. */
  onOpen?: (isAgain: boolean) => void;
};

export type LiveStream = {
  /** The id of the last message received. */
  readonly from: string | null;
  /** Goes on from another place, as after a reset. */
  restart(from: string | null): void;
  close(): void;
};

/** The server sends a heartbeat more often than this; a stream without one is dead, whatever its socket says. */
const silentMs = 45_000;
/** A page that nobody has looked at for so long lets go of its stream. */
const hiddenMs = 30_000;
const [backoffMs, backoffMaxMs] = [400, 5_000];

/** Opens the stream and keeps it open until it is closed. */
export function openLiveStream(options: LiveStreamOptions): LiveStream {
  let { from } = options;
  let isClosed = false;
  let hasBeenOpen = false;
  let reading: AbortController | null = null;
  let failures = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let sleep: ReturnType<typeof setTimeout> | undefined;

  const read = async (): Promise<void> => {
    clearTimeout(retry);
    if (isClosed || reading !== null) return;
    const own = new AbortController();
    reading = own;
    try {
      await readOnce(options.urlOf(from), own, {
        onOpen() {
          failures = 0;
          heard(options.name);
          options.onOpen?.(hasBeenOpen);
          hasBeenOpen = true;
        },
        onMessage(message) {
          if (message.id !== null) from = message.id === "" ? null : message.id;
          if (!own.signal.aborted) options.onMessage(message);
        },
      });
    } catch (error) {
      if (!own.signal.aborted || own.signal.reason === "silent") failed(error);
    } finally {
      if (reading === own) reading = null;
    }
    if (isClosed || own.signal.reason === "asleep" || own.signal.reason === "restart") return;
    retry = setTimeout(() => void read(), failures === 0 ? 50 : waitMs(failures));
  };
  const failed = (error: unknown): void => {
    failures += 1;
    // One broken connection is no news; a server that does not come back within a moment is.
    if (failures > 1) unheard(options.name, error instanceof StreamRefused ? error.message : null);
  };
  const onVisibility = (): void => {
    clearTimeout(sleep);
    if (document.hidden) sleep = setTimeout(() => reading?.abort("asleep"), hiddenMs);
    else if (reading === null) void read();
  };
  const onOnline = (): void => {
    if (reading === null) void read();
  };
  document.addEventListener("visibilitychange", onVisibility);
  addEventListener("online", onOnline);
  void read();
  return {
    get from() {
      return from;
    },
    restart(next) {
      reading?.abort("restart");
      reading = null;
      from = next;
      void read();
    },
    close() {
      isClosed = true;
      clearTimeout(retry);
      clearTimeout(sleep);
      document.removeEventListener("visibilitychange", onVisibility);
      removeEventListener("online", onOnline);
      reading?.abort("closed");
      heard(options.name);
    },
  };
}

/** The server answered with something else than a stream. */
class StreamRefused extends Error {}

async function readOnce(
  url: string,
  own: AbortController,
  on: { onOpen: () => void; onMessage: (message: SseMessage) => void },
): Promise<void> {
  let silence = setTimeout(() => own.abort("silent"), silentMs);
  try {
    const response = await fetch(url, { headers: { accept: "text/event-stream" }, signal: own.signal });
    if (!response.ok || response.body === null) throw new StreamRefused(await refusalOf(response));
    on.onOpen();
    const onBytes = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => own.abort("silent"), silentMs);
    };
    for await (const message of sseMessages(response.body, onBytes)) on.onMessage(message);
  } finally {
    clearTimeout(silence);
  }
}

async function refusalOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { code, detail } = JSON.parse(text) as { code?: string; detail?: string };
    return `${code ?? response.status}: ${detail ?? ""}`;
  } catch {
    return `the server answered ${response.status}`;
  }
}

function waitMs(failures: number): number {
  return Math.min(backoffMaxMs, backoffMs * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
}
