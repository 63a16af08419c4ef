// An agent that sends a span of its own, as OpenTelemetry's SDKs do, to where its environment says.
import { randomBytes } from "node:crypto";

const [, traceId, parentSpanId] = process.env.TRACEPARENT.split("-");
const nanos = () => `${Date.now()}000000`;
const span = {
  ...{ traceId, parentSpanId, spanId: randomBytes(8).toString("hex"), name: "thinking it over", kind: 1 },
  ...{
    startTimeUnixNano: nanos(),
    endTimeUnixNano: nanos(),
    attributes: [{ key: "mood", value: { stringValue: "calm" } }],
  },
};
const resource = { attributes: [{ key: "service.name", value: { stringValue: "traces-itself" } }] };
const answer = await fetch(`${process.env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }),
});
console.log(`answered ${answer.status} ${await answer.text()}`);
process.exit(0);
