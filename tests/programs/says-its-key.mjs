// An agent that says its key wherever it can: on both outputs, in a message, a call, a span and its last word.
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";

const key = process.env[process.argv[2]];
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
await lines.next();
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
console.log(`out ${key}`);
console.error(`err ${key}`);
say({ type: "message", text: `said ${key}` });
say({ type: "call", id: 1, tool: "write_file", args: { path: "note.txt", content: `kept ${key}` } });
await lines.next();
say({ type: "call", id: 2, tool: key, args: { [key]: key } });
await lines.next();
const [, traceId] = process.env.TRACEPARENT.split("-");
const attributes = [{ key: "authorization", value: { stringValue: `Bearer ${key}` } }];
const span = { traceId, spanId: randomBytes(8).toString("hex"), name: `asks with ${key}`, attributes };
const times = { startTimeUnixNano: "1000", endTimeUnixNano: "2000" };
const resource = { attributes: [{ key: "service.name", value: { stringValue: `of ${key}` } }] };
await fetch(`${process.env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [{ ...span, ...times }] }] }] }),
});
say({ type: "finish", how: "answered", text: `done with ${key}` });
process.stdin.destroy();
