// Spans that agents sent of themselves, as they were received: part of a run's trace beside those that follow from its
// events.

import { isKnown, type LedgerEvent } from "../core/events.ts";
import type { OtlpBatch } from "./otlp.ts";

type ResourceSpans = OtlpBatch["resourceSpans"][number];

/** The span of an event, each with what it said of its source; null for every other event. */
export function foreignSpan(event: LedgerEvent): ResourceSpans | null {
  if (!isKnown(event) || event.type !== "span.received") return null;
  const { span, resource = {}, scope = {} } = event.data as { span: unknown; resource?: unknown; scope?: unknown };
  return { resource, scopeSpans: [{ scope, spans: [span] }] } as unknown as ResourceSpans;
}
