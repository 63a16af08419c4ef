// A run's trace as lines of a file: one OTLP/JSON batch a line, as the file exporter of OpenTelemetry writes them.

import type { LedgerEvent } from "../core/events.ts";
import { otlpBatch } from "./otlp.ts";
import { collectTrace, type TraceSpan } from "./trace.ts";

/** Spans of one line: few enough for a collector that limits the size of a request. */
const batchSpansMax = 100;

/** The lines of one run, each with its newline; spans come in the order in which they ended. */
export async function* traceLines(events: AsyncIterable<LedgerEvent>): AsyncGenerator<string> {
  const trace = collectTrace();
  let batch: TraceSpan[] = [];
  for await (const event of events) {
    batch.push(...trace.take(event));
    while (batch.length >= batchSpansMax) yield line(batch.splice(0, batchSpansMax));
  }
  batch.push(...trace.rest().filter(({ end }) => end !== null));
  for (; batch.length > 0; batch = batch.slice(batchSpansMax)) yield line(batch.slice(0, batchSpansMax));
}

function line(spans: readonly TraceSpan[]): string {
  return `${JSON.stringify(otlpBatch(spans))}\n`;
}
