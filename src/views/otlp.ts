// Spans as OTLP/JSON: the shapes of opentelemetry-proto 1.x in its JSON encoding, in which ids are hex, 64-bit integers
// are decimal strings, and enums are numbers. Ids are derived, so that a trace made twice is the same trace.

import { spanIdOf, traceIdOf } from "../core/trace-ids.ts";
import type { TraceSpan } from "./trace.ts";
import { type Attributes, describeMoment, describeSpan, semconvSchemaUrl } from "./trace-conventions.ts";

export type OtlpValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number }
  | { arrayValue: { values: { stringValue: string }[] } };

export type OtlpAttribute = { key: string; value: OtlpValue };

export type OtlpSpan = {
  traceId: string;
  spanId: string;
  /** Empty for the root. */
  parentSpanId: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: OtlpAttribute[];
  events: { timeUnixNano: string; name: string; attributes: OtlpAttribute[] }[];
  droppedEventsCount: number;
  status: { code: number; message?: string };
};

/** One line of a trace file, and one body for `/v1/traces`. */
export type OtlpBatch = {
  resourceSpans: {
    resource: { attributes: OtlpAttribute[] };
    scopeSpans: { scope: { name: string }; spans: OtlpSpan[]; schemaUrl: string }[];
    schemaUrl: string;
  }[];
};

const spanKindInternal = 1;
/** A request to another process. */
const spanKindClient = 3;
const statusUnset = 0;
const statusError = 2;

/** The batch of these spans; those that are still open are left out, since OTLP knows only spans that ended. */
export function otlpBatch(spans: readonly TraceSpan[]): OtlpBatch {
  const scopeSpans = [{ scope: { name: "runledger" }, spans: spans.flatMap(otlpSpan), schemaUrl: semconvSchemaUrl }];
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "runledger" } }] };
  return { resourceSpans: [{ resource, scopeSpans, schemaUrl: semconvSchemaUrl }] };
}

function otlpSpan(span: TraceSpan): OtlpSpan[] {
  const { runId, begin, end, parentSeq, moments, momentsDropped } = span;
  if (end === null) return [];
  const { name, attributes, fault } = describeSpan(span);
  const from = Date.parse(begin.at);
  return [
    {
      traceId: traceIdOf(runId),
      spanId: spanIdOf(runId, begin.seq),
      parentSpanId: parentSeq === null ? "" : spanIdOf(runId, parentSeq),
      name,
      kind: span.kind === "model" ? spanKindClient : spanKindInternal,
      startTimeUnixNano: nanos(from),
      // Two clocks may have written the two events; no span ends before it begins.
      endTimeUnixNano: nanos(Math.max(from, Date.parse(end.at))),
      attributes: attributesOf(attributes),
      events: moments.map((event) => {
        const moment = describeMoment(event);
        return {
          timeUnixNano: nanos(Date.parse(event.at)),
          name: moment.name,
          attributes: attributesOf(moment.attributes),
        };
      }),
      droppedEventsCount: momentsDropped,
      status: fault === null ? { code: statusUnset } : { code: statusError, message: fault },
    },
  ];
}

function attributesOf(attributes: Attributes): OtlpAttribute[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === null ? [] : [{ key, value: otlpValue(value) }],
  );
}

function otlpValue(value: NonNullable<Attributes[string]>): OtlpValue {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map((one) => ({ stringValue: one })) } };
  return typeof value === "bigint" ? { intValue: String(value) } : { doubleValue: value as number };
}

/** Unix milliseconds as nanoseconds, in digits: no number of JavaScript holds them. */
function nanos(ms: number): string {
  return `${ms}000000`;
}
