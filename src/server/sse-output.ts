// One answer as a stream of server-sent events, written to its socket as shared buffers. Its length is not known and
// chunks would have to be framed for each client anew, so the end of the connection is the end of the stream.

import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How soon a client that lost the connection comes back, milliseconds. */
const retryMs = 1_000;

export class SseOutput {
  readonly #outgoing: ServerResponse;
  readonly #socket: Socket | null;
  #isEnded = false;

  /** Sends the head at once. */
  constructor(outgoing: ServerResponse, headers: Record<string, string>) {
    this.#outgoing = outgoing;
    this.#socket = outgoing.socket;
    outgoing.useChunkedEncodingByDefault = false;
    outgoing.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      connection: "close",
    });
    outgoing.write(`retry: ${retryMs}\n\n`);
    this.#socket?.setTimeout(0);
  }

  /** False while the client has not taken what was written last: then nothing more is written. */
  get isClear(): boolean {
    return this.#socket !== null && !this.#isEnded && !this.#socket.writableNeedDrain && !this.#socket.destroyed;
  }

  get isEnded(): boolean {
    return this.#isEnded || this.#socket === null || this.#socket.destroyed;
  }

  /** Bytes that wait for the client. */
  get waitingBytes(): number {
    return this.#socket?.writableLength ?? 0;
  }

  write(bytes: Buffer): void {
    if (!this.isEnded && bytes.length > 0) this.#socket?.write(bytes);
  }

  onDrain(callback: () => void): void {
    this.#socket?.on("drain", callback);
    this.#outgoing.once("close", () => this.#socket?.off("drain", callback));
  }

  /** Calls back once when the connection is gone, whoever ended it. */
  onClose(callback: () => void): void {
    if (this.#socket === null || this.#socket.destroyed) queueMicrotask(callback);
    else this.#outgoing.once("close", callback);
  }

  /** Ends the stream after what was written. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#outgoing.end();
  }

  /** Ends the connection without waiting for the client. */
  destroy(): void {
    this.#isEnded = true;
    this.#socket?.destroy();
  }
}

/** One message: its id (null: the client keeps the one before), its type (null: `message`), and its data as text. */
export function sseMessage({ id, type, data }: { id: string | null; type: string | null; data: string }): string {
  return `${type === null ? "" : `event: ${type}\n`}${id === null ? "" : `id: ${id}\n`}data: ${data}\n\n`;
}
