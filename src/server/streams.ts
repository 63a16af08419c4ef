// All live streams of a server: how many there may be, the heartbeat that keeps them open, and the end of those whose
// client has stopped reading. A client that was cut off comes back with the id of what it had last.

import { RunledgerError } from "../core/errors.ts";
import type { Caller } from "./auth.ts";
import type { SseOutput } from "./sse-output.ts";

/** What is asked of a stream here. */
export type OpenStream = Pick<SseOutput, "isClear" | "waitingBytes" | "write" | "onClose" | "destroy">;

/** Since when it has not taken what was written, or null; and whose it is. */
type Stream = { stalledMs: number | null; caller: Pick<Caller, "kind" | "name" | "endsMs"> };

/** Live streams at once, if nobody says. */
export const streamsMaxDefault = 2_000;
const heartbeatMs = 15_000;
/** A client that takes nothing for this long is gone for all that one can tell, milliseconds. */
const stalledMsMax = 60_000;
const heartbeat = Buffer.from(": heartbeat\n\n");

export class Streams {
  readonly #open = new Map<OpenStream, Stream>();
  readonly #timer: NodeJS.Timeout;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
    this.#timer = setInterval(() => this.beat(performance.now(), Date.now()), heartbeatMs);
    this.#timer.unref();
  }

  get count(): number {
    return this.#open.size;
  }

  /** Bytes that wait for slow clients. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const output of this.#open.keys()) bytes += output.waitingBytes;
    return bytes;
  }

  /** @throws RunledgerError `request.too-many`; to be asked before the head is sent */
  refuseTooMany(): void {
    if (this.#open.size < this.#max) return;
    throw new RunledgerError("request.too-many", `${this.#max} live streams are open`, { data: { max: this.#max } });
  }

  add(output: OpenStream, caller: Stream["caller"]): void {
    this.#open.set(output, { stalledMs: null, caller });
    output.onClose(() => this.#open.delete(output));
  }

  /** Cuts what the holder of this token reads: it was revoked. */
  endOf(tokenId: string): void {
    for (const [output, { caller }] of this.#open) {
      if (caller.kind === "token" && caller.name === tokenId) output.destroy();
    }
  }

  /** Cuts all connections: their clients come back, here or to the next server. */
  close(): void {
    clearInterval(this.#timer);
    for (const output of this.#open.keys()) output.destroy();
  }

  /** Keeps streams open, and ends those whose client has taken nothing for long, or may read no more. */
  beat(nowMs: number, wallMs: number): void {
    for (const [output, stream] of this.#open) {
      const { stalledMs, caller } = stream;
      if (caller.endsMs !== null && caller.endsMs <= wallMs) {
        output.destroy();
      } else if (output.isClear) {
        output.write(heartbeat);
        stream.stalledMs = null;
      } else if (stalledMs === null) {
        stream.stalledMs = nowMs;
      } else if (nowMs - stalledMs > stalledMsMax) {
        output.destroy();
      }
    }
  }
}
