// A live stream of one run's events by seq. It ends with `end` after the run's terminal event; a run that the policy
// tries again has none yet.

import { RunledgerError } from "../core/errors.ts";
import type { LedgerEvent } from "../core/events.ts";
import { isTerminal } from "../core/moves.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { eventResource } from "../views/run-resource.ts";
import { resetMessage } from "./feed-stream.ts";
import type { Hub } from "./hub.ts";
import { type SseOutput, sseMessage } from "./sse-output.ts";

/** Events that one read for one client takes. */
const pageEvents = 100;

/** Serves the stream from the event after `seq` until the run has ended or the client is gone. */
export function serveRunStream(of: { ledger: Ledger; hub: Hub; output: SseOutput; runId: string; seq: number }): void {
  const stream = new RunStream(of);
  const leave = of.hub.subscribeToRun(of.runId, (events) => stream.onEvents(events));
  of.output.onDrain(() => void stream.readOn());
  of.output.onClose(leave);
  void stream.readOn();
}

class RunStream {
  readonly #ledger: Ledger;
  readonly #output: SseOutput;
  readonly #runId: string;
  /** The last event that was sent. */
  #seq: number;
  #isReading = false;
  #isBehind = false;

  constructor({ ledger, output, runId, seq }: Parameters<typeof serveRunStream>[0]) {
    this.#ledger = ledger;
    this.#output = output;
    this.#runId = runId;
    this.#seq = seq;
  }

  onEvents(events: readonly LedgerEvent[]): void {
    this.#isBehind = true;
    if (this.#isReading || !this.#output.isClear) return;
    const isNext = events[0]?.seq === this.#seq + 1 && !events.some(mayBeLast);
    if (!isNext) return void this.readOn();
    this.#isBehind = false;
    this.#send(events);
  }

  /** Sends what there is after the last event sent, as long as the client takes it, and the end if that was all. */
  async readOn(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#output.isClear) {
        this.#isBehind = false;
        const events = await this.#ledger.readEvents(this.#runId, this.#seq, pageEvents);
        if (events.length > 0) this.#send(events);
        else if ((await this.#hasEnded()) || !this.#isBehind) return;
      }
    } catch (error) {
      this.#refuse(error);
    } finally {
      this.#isReading = false;
    }
  }

  async #hasEnded(): Promise<boolean> {
    const run = await this.#ledger.getRun(this.#runId);
    if (run === null) throw new RunledgerError("run.not-found", `there is no run ${this.#runId}`);
    if (this.#seq > run.seq) {
      this.#output.write(Buffer.from(resetMessage(`event ${this.#seq} is ahead of the run's last, ${run.seq}`)));
    } else if (isTerminal(run.status) && run.seq === this.#seq) {
      this.#sayEnd({ status: run.status, seq: run.seq });
    } else {
      return false;
    }
    this.#output.end();
    return true;
  }

  #send(events: readonly LedgerEvent[]): void {
    const text = events.map((event) => sseMessage({ id: String(event.seq), type: null, data: jsonOf(event) })).join("");
    this.#seq = events.at(-1)?.seq ?? this.#seq;
    this.#output.write(Buffer.from(text));
  }

  #sayEnd(data: { status: string | null; seq: number }): void {
    this.#output.write(Buffer.from(sseMessage({ id: null, type: "end", data: JSON.stringify(data) })));
  }

  /** A run that was deleted has ended for its readers; after any other fault the client comes back by itself. */
  #refuse(error: unknown): void {
    if (!(error instanceof RunledgerError) || error.code !== "run.deleted") {
      this.#output.destroy();
      return;
    }
    this.#sayEnd({ status: null, seq: this.#seq });
    this.#output.end();
  }
}

/** After these the run may have ended, which only its fold can say. */
function mayBeLast({ type }: LedgerEvent): boolean {
  return type.startsWith("run.");
}

const texts = new WeakMap<LedgerEvent, string>();

/** The event's text in the API's envelope, made once for all streams. */
export function jsonOf(event: LedgerEvent): string {
  const text = texts.get(event) ?? JSON.stringify(eventResource(event));
  texts.set(event, text);
  return text;
}
