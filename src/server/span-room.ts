// How much of the spans that its agents send a run still takes. They are recorded beside what the runner records, and
// have a limit of their own, so that whoever knows a run's id cannot fill the ledger with them. What a run holds already
// is read from its events, so that it counts across restarts, and servers that share a ledger.

import type { EventData, LedgerEvent } from "../core/events.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger } from "../ledger/ledger.ts";

type Received = EventData<"span.received">;

/** What was counted of a run, up to its event `seq`; requests for one run wait for their turn. */
type Held = { seq: number; spans: number; bytes: number; turn: Promise<unknown> };

export type SpanLimits = { spansMax: number; bytesMax: number };

const limitsOfSystem: SpanLimits = {
  spansMax: systemLimits.receivedSpansMax,
  bytesMax: systemLimits.receivedSpanBytesMax,
};
/** Runs whose counts are remembered; those of others are read again. */
const runsMax = 256;

/** Bytes of a span's event, as JSON. */
export function bytesOf(span: object): number {
  return Buffer.byteLength(JSON.stringify(span));
}

export class SpanRoom {
  readonly #ledger: Pick<Ledger, "getRun" | "readEvents">;
  readonly #limits: SpanLimits;
  readonly #runs = new Map<string, Held>();

  constructor(ledger: Pick<Ledger, "getRun" | "readEvents">, limits: SpanLimits = limitsOfSystem) {
    this.#ledger = ledger;
    this.#limits = limits;
  }

  /** The limit, for whoever sent more. */
  get words(): string {
    const { spansMax, bytesMax } = this.#limits;
    return `a run takes at most ${spansMax} spans and ${bytesMax} bytes of them`;
  }

  /**
   * Appends what there is room for, from the beginning. A run that is not under way has all appended, which the ledger
   * refuses in its own words.
   * @returns how many were appended
   */
  fill(runId: string, spans: Received[], append: (fitting: Received[]) => Promise<void>): Promise<number> {
    const held = this.#runs.get(runId) ?? { seq: 0, spans: 0, bytes: 0, turn: Promise.resolve() };
    this.#runs.delete(runId);
    this.#runs.set(runId, held);
    for (const oldest of this.#runs.size > runsMax ? this.#runs.keys().take(1) : []) this.#runs.delete(oldest);
    const filled = held.turn.then(() => this.#fill(runId, held, spans, append));
    held.turn = filled.catch(() => {}); // told to whoever asked
    return filled;
  }

  async #fill(runId: string, held: Held, spans: Received[], append: (fitting: Received[]) => Promise<void>) {
    const run = await this.#ledger.getRun(runId);
    if (run === null || run.attempt === null || run.attempt.outcome !== null) {
      this.#runs.delete(runId);
      await append(spans);
      return spans.length;
    }
    await this.#countUpTo(runId, held, run.seq);
    const fitting = spans.slice(0, this.#room(held, spans));
    if (fitting.length > 0) await append(fitting);
    return fitting.length;
  }

  /** How many of the spans fit. */
  #room(held: Held, spans: readonly Received[]): number {
    let bytes = held.bytes;
    const past = spans.findIndex((span, at) => {
      bytes += bytesOf(span);
      return held.spans + at >= this.#limits.spansMax || bytes > this.#limits.bytesMax;
    });
    return past === -1 ? spans.length : past;
  }

  async #countUpTo(runId: string, held: Held, seq: number): Promise<void> {
    while (held.seq < seq) {
      const events: LedgerEvent[] = await this.#ledger.readEvents(runId, held.seq, systemLimits.pageRowsMax);
      for (const event of events) {
        held.seq = event.seq;
        if (event.type !== "span.received") continue;
        held.spans += 1;
        held.bytes += bytesOf(event.data);
      }
      if (events.length === 0) return;
    }
  }
}
