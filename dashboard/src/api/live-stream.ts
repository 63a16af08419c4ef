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
/** A stream that the server ended well is opened again after this. */
const againMs = 50;

/** Opens the stream and keeps it open until it is closed. */
export function openLiveStream(options: LiveStreamOptions): LiveStream {
  return new ReopeningStream(options);
}

class ReopeningStream implements LiveStream {
  readonly #of: LiveStreamOptions;
  #from: string | null;
  #isClosed = false;
  #hasBeenOpen = false;
  #reading: AbortController | null = null;
  /** Nobody has looked at the page for a while. */
  #isAsleep = false;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #sleep: ReturnType<typeof setTimeout> | undefined;

  constructor(of: LiveStreamOptions) {
    this.#of = of;
    this.#from = of.from;
    document.addEventListener("visibilitychange", this.#onVisibility);
    addEventListener("online", this.#onOnline);
    this.#onVisibility();
  }

  get from(): string | null {
    return this.#from;
  }

  restart(from: string | null): void {
    this.#reading?.abort("restart");
    this.#reading = null;
    this.#from = from;
    void this.#read();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#sleep);
    document.removeEventListener("visibilitychange", this.#onVisibility);
    removeEventListener("online", this.#onOnline);
    this.#reading?.abort("closed");
    heard(this.#of.name);
  }

  async #read(): Promise<void> {
    clearTimeout(this.#retry);
    if (this.#isClosed || this.#isAsleep || this.#reading !== null) return;
    const own = new AbortController();
    this.#reading = own;
    try {
      await readOnce(this.#of.urlOf(this.#from), own, {
        onOpen: () => this.#opened(),
        onMessage: (message) => this.#received(message, own.signal),
      });
    } catch (error) {
      if (!own.signal.aborted || own.signal.reason === "silent") this.#failed(error);
    } finally {
      if (this.#reading === own) this.#reading = null;
    }
    if (this.#isClosed || this.#isAsleep || own.signal.reason === "restart") return;
    this.#retry = setTimeout(() => void this.#read(), this.#failures === 0 ? againMs : waitMs(this.#failures));
  }

  #opened(): void {
    this.#failures = 0;
    heard(this.#of.name);
    this.#of.onOpen?.(this.#hasBeenOpen);
    this.#hasBeenOpen = true;
  }

  #received(message: SseMessage, signal: AbortSignal): void {
    if (signal.aborted) return;
    if (message.id !== null) this.#from = message.id === "" ? null : message.id;
    this.#of.onMessage(message);
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    // One broken connection is no news; a server that does not come back within a moment is.
    if (this.#failures > 1) unheard(this.#of.name, error instanceof StreamRefused ? error.message : null);
  }

  readonly #onVisibility = (): void => {
    clearTimeout(this.#sleep);
    this.#isAsleep = false;
    if (document.hidden) this.#sleep = setTimeout(() => this.#fallAsleep(), hiddenMs);
    void this.#read();
  };

  #fallAsleep(): void {
    this.#isAsleep = true;
    clearTimeout(this.#retry);
    this.#reading?.abort("asleep");
  }

  readonly #onOnline = (): void => {
    if (this.#reading === null) void this.#read();
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
