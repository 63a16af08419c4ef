// An agent that sends more spans than a run takes, in batches, and says what it was answered at the first and the last.
import { randomBytes } from "node:crypto";

const [, traceId] = process.env.TRACEPARENT.split("-");
const batches = Number(process.argv[2]);
const seen = { key: "header", value: { stringValue: `Bearer ${process.argv[3]}` } };
const span = () => ({
  ...{ traceId, spanId: randomBytes(8).toString("hex"), name: "s", attributes: [seen] },
  ...{ startTimeUnixNano: 1, endTimeUnixNano: 2 },
});
for (let batch = 1; batch <= batches; batch += 1) {
  const answer = await fetch(`${process.env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: Array.from({ length: 999 }, span) }] }] }),
  });
  const text = await answer.text();
  if (batch === 1 || batch === batches) console.log(`answered ${text}`);
}
process.exit(0);
