// Events as bars of a timeline: steps, model calls and tool calls, each from its beginning to its end, and what has no
// length as a mark.

import type { EventBody } from "../../../../src/protocol/http-resources.ts";
import { argumentWords, errorWords } from "../../../../src/views/call-words.ts";

export type Span = {
  seq: number;
  kind: "attempt" | "step" | "model" | "tool" | "mark";
  words: string;
  detail: string;
  /** Unix milliseconds. */
  fromMs: number;
  /** Null: it has not ended, as far as these events go. */
  toMs: number | null;
  /** It began before the first of these events. */
  isCutOff: boolean;
  /** `left`: its attempt ended, and nothing told of an end of its own. */
  outcome: "ok" | "failed" | "open" | "left";
  depth: number;
};

type Data = Record<string, unknown>;
type Look = Pick<Span, "kind" | "words" | "detail" | "depth">;
/** What an event is to a timeline. Beginnings and ends meet by their key. */
type Reading =
  | { is: "begin"; key: string; look: Look }
  | { is: "end"; key: string; look: Look; isOk: boolean }
  | { is: "mark"; look: Look; isOk: boolean };

/** The bars of consecutive events, in the order in which they began. */
export function spansOf(events: readonly EventBody[]): Span[] {
  const spans: Span[] = [];
  const open = new Map<string, Span>();
  const firstMs = events[0] === undefined ? 0 : Date.parse(events[0].at);
  const add = (event: EventBody, look: Look, rest: Partial<Span>): Span => {
    const atMs = Date.parse(event.at);
    const span: Span = { seq: event.seq, fromMs: atMs, toMs: atMs, isCutOff: false, outcome: "ok", ...look, ...rest };
    spans.push(span);
    return span;
  };
  for (const event of events) {
    const reading = readEvent(event);
    if (reading === null) continue;
    const { is, look } = reading;
    if (is === "begin") {
      open.set(reading.key, add(event, look, { toMs: null, outcome: "open" }));
    } else if (is === "mark") {
      add(event, look, { outcome: reading.isOk ? "ok" : "failed" });
    } else {
      const span = open.get(reading.key) ?? add(event, look, { fromMs: firstMs, isCutOff: true });
      open.delete(reading.key);
      end(span, event, reading.isOk);
      if (event.type === "attempt.ended") leave(open, Date.parse(event.at));
    }
  }
  return spans;
}

function end(span: Span, event: EventBody, isOk: boolean): void {
  span.toMs = Date.parse(event.at);
  span.outcome = isOk ? "ok" : "failed";
  if (!isOk && event.data.error != null) span.detail = errorWords(event.data.error);
}

/** With its attempt ends whatever was going on in it. */
function leave(open: Map<string, Span>, atMs: number): void {
  for (const span of open.values()) Object.assign(span, { toMs: atMs, outcome: "left" });
  open.clear();
}

function readEvent(event: EventBody): Reading | null {
  const data = event.data as Data;
  const [group = "", what = ""] = event.type.split(".");
  const key = String(data.callId);
  switch (group) {
    case "attempt": {
      const look: Look = { kind: "attempt", words: `attempt ${event.attempt ?? ""}`, detail: "", depth: 0 };
      if (what === "started") return { is: "begin", key: group, look };
      return what === "ended" ? { is: "end", key: group, look, isOk: data.outcome === "completed" } : null;
    }
    case "step": {
      const step = `step ${data.step}`;
      const look: Look = { kind: "step", words: step, detail: String(data.description ?? ""), depth: 1 };
      return what === "started"
        ? { is: "begin", key: step, look }
        : { is: "end", key: step, look, isOk: what === "completed" };
    }
    case "model": {
      const look: Look = { kind: "model", words: `model ${data.model ?? ""}`, detail: String(data.purpose), depth: 2 };
      if (what === "requested") return { is: "begin", key, look };
      return what === "retried" ? null : { is: "end", key, look, isOk: what === "answered" };
    }
    case "tool": {
      const detail = argumentWords((data.args ?? {}) as Data);
      const look: Look = { kind: "tool", words: String(data.tool), detail, depth: 2 };
      return what === "called" ? { is: "begin", key, look } : { is: "end", key, look, isOk: data.ok === true };
    }
    default:
      return readMark(event.type, data);
  }
}

function readMark(type: string, data: Data): Reading | null {
  const mark = (words: string, detail: unknown, depth = 2, isOk = true): Reading => ({
    ...{ is: "mark", look: { kind: "mark", words, detail: String(detail ?? ""), depth }, isOk },
  });
  if (type === "transaction.executed") return mark("transaction", data.signature, 2, data.status === "success");
  if (type === "score.recorded") return mark("scored", data.score);
  if (type === "agent.finished") return mark(`agent ${data.how}`, data.text);
  return /^run\.(?!progressed)/.test(type) ? mark(type, "", 0) : null;
}
