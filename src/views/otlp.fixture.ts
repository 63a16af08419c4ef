// What a receiver of OTLP/JSON would refuse: a strict reading of the shapes of opentelemetry-proto, for tests.

import type { OtlpSpan } from "./otlp.ts";

type Fields = Record<string, unknown>;

/** The spans of a file of batches. @throws Error naming the place that breaks the protocol. */
export function spansOfTrace(text: string): OtlpSpan[] {
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line does not end");
  return text
    .split("\n")
    .slice(0, -1)
    .flatMap((line, index) => spansOfBatch(JSON.parse(line), `line ${index + 1}`));
}

/** An attribute's value as JavaScript has it; null if the span has no such attribute. */
export function attributeOf(of: Pick<OtlpSpan, "attributes">, key: string): unknown {
  const value = of.attributes.find((attribute) => attribute.key === key)?.value;
  return value === undefined ? null : Object.values(value)[0];
}

function spansOfBatch(batch: unknown, at: string): OtlpSpan[] {
  const { resourceSpans } = only(batch, ["resourceSpans"], at);
  return items(resourceSpans, `${at}.resourceSpans`).flatMap((one, index) => {
    const place = `${at}.resourceSpans[${index}]`;
    const { resource, scopeSpans, schemaUrl } = only(one, ["resource", "scopeSpans", "schemaUrl"], place);
    attributes(only(resource, ["attributes"], place).attributes, place);
    text(schemaUrl, /^https:\/\//, place);
    return items(scopeSpans, place).flatMap((scoped) => {
      const { scope, spans } = only(scoped, ["scope", "spans", "schemaUrl"], place);
      text(only(scope, ["name"], place).name, /./, place);
      return items(spans, place).map((span, number) => checkedSpan(span, `${place}.spans[${number}]`));
    });
  });
}

const spanFields = [
  ...["traceId", "spanId", "parentSpanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano"],
  ...["attributes", "events", "droppedEventsCount", "status"],
];

function checkedSpan(value: unknown, at: string): OtlpSpan {
  const span = only(value, spanFields, at);
  text(span.traceId, /^(?!0+$)[0-9a-f]{32}$/, `${at}.traceId`);
  text(span.spanId, /^(?!0+$)[0-9a-f]{16}$/, `${at}.spanId`);
  text(span.parentSpanId, /^$|^(?!0+$)[0-9a-f]{16}$/, `${at}.parentSpanId`);
  text(span.name, /./, `${at}.name`);
  if (![1, 2, 3, 4, 5].includes(span.kind as number)) throw new Error(`${at}.kind is ${span.kind}`);
  const [from, to] = [nanos(span.startTimeUnixNano, at), nanos(span.endTimeUnixNano, at)];
  if (to < from) throw new Error(`${at} ends before it begins`);
  attributes(span.attributes, at);
  for (const event of items(span.events, at)) {
    const { timeUnixNano, name, attributes: own } = only(event, ["timeUnixNano", "name", "attributes"], at);
    nanos(timeUnixNano, at);
    text(name, /./, at);
    attributes(own, at);
  }
  const { code } = only(span.status, ["code", "message"], at);
  if (![0, 1, 2].includes(code as number)) throw new Error(`${at}.status.code is ${code}`);
  return value as OtlpSpan;
}

function attributes(value: unknown, at: string): void {
  const keys = items(value, at).map((attribute) => {
    const { key, value: typed } = only(attribute, ["key", "value"], at);
    const [[type, plain] = ["none", null], ...more] = Object.entries(typed as Fields);
    const isRight =
      more.length === 0 &&
      ((type === "stringValue" && typeof plain === "string" && plain.isWellFormed()) ||
        (type === "boolValue" && typeof plain === "boolean") ||
        (type === "intValue" && /^-?\d{1,19}$/.test(String(plain)) && typeof plain === "string") ||
        (type === "doubleValue" && typeof plain === "number" && Number.isFinite(plain)) ||
        (type === "arrayValue" && isListOfTexts(plain)));
    if (!isRight) throw new Error(`${at}: attribute ${key} is ${JSON.stringify(typed)}`);
    return key;
  });
  if (new Set(keys).size !== keys.length) throw new Error(`${at}: an attribute is there twice`);
}

function isListOfTexts(value: unknown): boolean {
  const { values } = value as { values?: Fields[] };
  return (
    Array.isArray(values) && values.every((one) => Object.keys(one).length === 1 && typeof one.stringValue === "string")
  );
}

function nanos(value: unknown, at: string): bigint {
  return BigInt(text(value, /^\d{19}$/, at));
}

function text(value: unknown, pattern: RegExp, at: string): string {
  if (typeof value !== "string" || !pattern.test(value)) throw new Error(`${at} is ${JSON.stringify(value)}`);
  return value;
}

function items(value: unknown, at: string): unknown[] {
  if (!Array.isArray(value)) throw new Error(`${at} is no list`);
  return value;
}

/** The object, if it has no field but these. */
function only(value: unknown, names: readonly string[], at: string): Fields {
  if (value === null || typeof value !== "object") throw new Error(`${at} is no object`);
  const strange = Object.keys(value).filter((name) => !names.includes(name));
  if (strange.length > 0) throw new Error(`${at} has ${strange}`);
  return value as Fields;
}
