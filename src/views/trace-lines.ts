// A run's trace as lines of a file: one OTLP/JSON batch a line, as the file exporter of OpenTelemetry writes them.

import type { LedgerEvent } from "../core/events.ts";
import { foreignSpan } from "./foreign-spans.ts";
import { type OtlpBatch, otlpBatch } from "./otlp.ts";
import { collectTrace, type TraceSpan } from "./trace.ts";

/** Spans of one line: few enough for a collector that limits the size of a request. */
const batchSpansMax = 100;

/** The lines of one run, each with its newline; spans come in the order in which they ended. */
export async function* traceLines(events: AsyncIterable<LedgerEvent>): AsyncGenerator<string> {
  const trace = collectTrace();
  let batch: TraceSpan[] = [];
  let foreign: OtlpBatch["resourceSpans"] = [];
  for await (const event of events) {
    const received = foreignSpan(event);
    if (received !== null) foreign.push(received);
    for (; foreign.length >= batchSpansMax; foreign = []) yield lineOf({ resourceSpans: foreign });
    batch.push(...trace.take(event));
    while (batch.length >= batchSpansMax) yield line(batch.splice(0, batchSpansMax));
  }
  batch.push(...trace.rest().filter(({ end }) => end !== null));
  for (; batch.length > 0; batch = batch.slice(batchSpansMax)) yield line(batch.slice(0, batchSpansMax));
  if (foreign.length > 0) yield lineOf({ resourceSpans: foreign });
}

function line(spans: readonly TraceSpan[]): string {
  return lineOf(otlpBatch(spans));
}

function lineOf(batch: OtlpBatch): string {
  return `${JSON.stringify(batch)}\n`;
}
