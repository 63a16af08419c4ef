// A live stream of the whole ledger. A client at the head gets each batch as the one buffer that all of them share. One
// that lags, because it reads slowly or came with an old cursor, reads on by itself from its own cursor until it is there
// again; nothing is queued for it.

import { RunledgerError } from "../core/errors.ts";
import type { Cursor, Ledger } from "../ledger/ledger.ts";
import { type Batch, readBatch } from "./event-cursors.ts";
import type { Hub } from "./hub.ts";
import { type SseOutput, sseMessage } from "./sse-output.ts";

/** A batch as it goes over the wire; made once a batch, and shared. */
export type Render = (batch: Batch) => Buffer | Promise<Buffer>;

/** Events that one read for one lagging client takes: what waits in its socket is no more. */
const catchUpEvents = 100;

/** Serves the stream until its client is gone or the cursor is not of this ledger. */
export function serveFeed(of: { ledger: Ledger; hub: Hub; output: SseOutput; cursor: Cursor; render: Render }): void {
  const feed = new Feed(of);
  const leave = of.hub.subscribe((batch) => feed.onBatch(batch));
  of.output.onDrain(() => void feed.readOn());
  of.output.onClose(leave);
  void feed.readOn();
}

/** Makes `render` do its work once for each batch; what failed is made anew for whoever asks next. */
export function sharedRender(render: Render): Render {
  const done = new WeakMap<Batch, Buffer | Promise<Buffer>>();
  return (batch) => {
    const known = done.get(batch);
    if (known !== undefined) return known;
    const made = render(batch);
    done.set(batch, made);
    if (!Buffer.isBuffer(made)) made.catch(() => done.delete(batch));
    return made;
  };
}

class Feed {
  readonly #ledger: Ledger;
  readonly #hub: Hub;
  readonly #output: SseOutput;
  readonly #render: Render;
  #cursor: Cursor;
  #isReading = false;
  /** Something was published while it read. */
  #isBehind = false;

  constructor(of: Parameters<typeof serveFeed>[0]) {
    this.#ledger = of.ledger;
    this.#hub = of.hub;
    this.#output = of.output;
    this.#render = of.render;
    this.#cursor = of.cursor;
  }

  onBatch(batch: Batch): void {
    this.#isBehind = true;
    if (this.#isReading || !this.#output.isClear) return;
    const bytes = batch.from === this.#cursor && batch.events.length > 0 ? this.#render(batch) : null;
    if (!Buffer.isBuffer(bytes)) return void this.readOn();
    this.#cursor = batch.to;
    this.#isBehind = false;
    this.#output.write(bytes);
  }

  /** Sends what there is after its cursor, as long as the client takes it. */
  async readOn(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#output.isClear) {
        this.#isBehind = false;
        const batch = this.#hub.keptAfter(this.#cursor) ?? (await readBatch(this.#ledger, this.#cursor, catchUpEvents));
        if (batch.events.length === 0 && !this.#isBehind) return;
        const bytes = await this.#render(batch);
        this.#cursor = batch.to;
        this.#output.write(bytes);
      }
    } catch (error) {
      this.#refuse(error);
    } finally {
      this.#isReading = false;
    }
  }

  /** A cursor that is not of this ledger is said to be so; after any other fault the client comes back by itself. */
  #refuse(error: unknown): void {
    if (!(error instanceof RunledgerError) || error.code !== "cursor.reset") {
      this.#output.destroy();
      return;
    }
    this.#output.write(Buffer.from(resetMessage(error.message)));
    this.#output.end();
  }
}

/** Tells the client to read anew: its empty id makes it forget the one it had. */
export function resetMessage(detail: string): string {
  return sseMessage({ id: "", type: "reset", data: JSON.stringify({ code: "cursor.reset", detail }) });
}
