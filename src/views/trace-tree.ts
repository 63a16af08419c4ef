// A run's trace as a tree of lines for people: what was within what, how long it took, and what went wrong.

import type { LedgerEvent } from "../core/events.ts";
import { oneLine } from "./columns.ts";
import { duration } from "./number-words.ts";
import { cleanForTerminal, plainTones } from "./tone.ts";
import { collectTrace, type TraceSpan } from "./trace.ts";
import { describeMoment, describeSpan } from "./trace-conventions.ts";

/** Spans that a tree shows, the first ones; of more their number is told. */
const spansMax = 2_000;
const lineWidth = 200;

export type TraceTree = { take(event: LedgerEvent): void; text(): string };

/** A tree that has seen no event yet; give it the run's events in order. */
export function collectTraceTree(): TraceTree {
  const trace = collectTrace();
  const spans: TraceSpan[] = [];
  let omitted = 0;
  const keep = (more: readonly TraceSpan[]): void => {
    for (const span of more) {
      if (spans.length < spansMax || span.kind === "run" || span.kind === "attempt") spans.push(span);
      else omitted += 1;
    }
  };
  return {
    take: (event) => keep(trace.take(event)),
    text() {
      const all = [...spans, ...trace.rest()].sort((a, b) => a.begin.seq - b.begin.seq);
      const more = omitted === 0 ? [] : [`… and ${omitted} more spans`];
      return `${[...linesOf(all), ...more].join("\n")}\n`;
    },
  };
}

function linesOf(spans: readonly TraceSpan[]): string[] {
  const depths = new Map<number, number>();
  return spans.flatMap((span) => {
    const depth = span.parentSeq === null ? 0 : (depths.get(span.parentSeq) ?? 0) + 1;
    depths.set(span.begin.seq, depth);
    const indent = "  ".repeat(depth);
    const moments = span.moments.map(
      (event) => `${indent}  · ${shown(describeMoment(event).name)}${momentNote(event)}`,
    );
    return [`${indent}${spanLine(span)}`, ...moments];
  });
}

function spanLine(span: TraceSpan): string {
  const { name, fault } = describeSpan(span);
  const { begin, end } = span;
  const used = usageNote(end);
  const took = end === null ? "still open" : duration(Math.max(0, Date.parse(end.at) - Date.parse(begin.at)));
  return `${shown(name)}   ${took}${used}${fault === null ? "" : `   failed: ${shown(fault)}`}`;
}

/** What a model's answer used, and what that cost; nothing for any other end. */
function usageNote(end: TraceSpan["end"]): string {
  if (end?.type !== "model.answered") return "";
  const { usage, costUsd, replayed } = end.data;
  const cost = costUsd === null ? "" : `   $${costUsd.toFixed(6)}`;
  return `   ${usage.inputTokens ?? "?"} in, ${usage.outputTokens ?? "?"} out${cost}${replayed ? "   replayed" : ""}`;
}

function momentNote(event: TraceSpan["moments"][number]): string {
  switch (event.type) {
    case "transaction.executed":
      return `   ${event.data.status}   ${event.data.signature}${event.data.error === null ? "" : `   ${shown(event.data.error)}`}`;
    case "score.recorded":
    case "step.completed":
    case "step.failed":
      return typeof event.data.score === "number" ? `   ${event.data.score.toFixed(6)}` : "";
    case "model.retried":
      return `   try ${event.data.try} of ${event.data.triesMax}: ${shown(event.data.cause)}`;
    case "agent.finished":
      return `   ${event.data.how}${event.data.text === undefined ? "" : `: ${shown(event.data.text)}`}`;
    default:
      return "";
  }
}

/** Foreign text on one line, without anything that moves a cursor. */
function shown(text: string): string {
  return oneLine(plainTones(cleanForTerminal(text)), lineWidth);
}
