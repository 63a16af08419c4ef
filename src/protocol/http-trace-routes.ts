// The receiver of spans: OTLP over HTTP as JSON, where agents that trace themselves send what they did.

import { z } from "zod";
import { defineRoute } from "./http-route.ts";

const text = z.string();
const digits = z.union([z.string().regex(/^\d{1,20}$/), z.number().int().nonnegative()]);
const attributes = z.array(z.looseObject({ key: text.max(500) })).max(200);

/** A span in the JSON encoding of OTLP; what is not named here is kept as it came. */
const receivedSpanSchema = z.looseObject({
  traceId: text.regex(/^[0-9a-fA-F]{32}$/, "must be 32 hex digits"),
  spanId: text.regex(/^[0-9a-fA-F]{16}$/, "must be 16 hex digits"),
  parentSpanId: text.max(16).optional(),
  name: text.max(500),
  kind: z.union([z.number(), text]).optional(),
  startTimeUnixNano: digits,
  endTimeUnixNano: digits,
  attributes: attributes.optional(),
});

const scopeSpans = z.looseObject({
  scope: z.looseObject({}).optional(),
  spans: z.array(receivedSpanSchema).max(1_000),
});
const resourceSpans = z.looseObject({
  resource: z.looseObject({ attributes: attributes.optional() }).optional(),
  scopeSpans: z.array(scopeSpans).max(100),
});

export const traceRoutes = {
  receiveTraces: defineRoute({
    ...{ method: "post", path: "/traces", group: "events", scope: "write", isForPrograms: true, status: 200 },
    summary: "takes spans of agents as OTLP JSON; also at /v1/traces, where OTEL_EXPORTER_OTLP_ENDPOINT leads",
    body: z.looseObject({ resourceSpans: z.array(resourceSpans).max(100) }),
    answer: z.object({
      partialSuccess: z.object({ rejectedSpans: z.string(), errorMessage: text }).optional(),
    }),
  }),
};
