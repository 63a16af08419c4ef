// Takes the spans that an agent sends of itself. A span names its run by the trace id, which the agent was given in
// TRACEPARENT; what comes for no run, or for one that has ended, is counted as rejected and never stored.

import { RunledgerError } from "../../core/errors.ts";
import type { EventData } from "../../core/events.ts";
import { parseUuid } from "../../core/ids.ts";
import type { traceRoutes } from "../../protocol/http-trace-routes.ts";
import type { HandlersOf } from "../handler.ts";
import type { Site } from "../site.ts";

type Received = EventData<"span.received">;

/** One event holds no more, bytes of JSON. */
const spanBytesMax = 48 * 1024;
const actor = "otlp";

export const traceHandlers: HandlersOf<typeof traceRoutes> = {
  async receiveTraces({ body, site }) {
    const byRun = new Map<string, Received[]>();
    const rejected = new Map<string, number>();
    const reject = (why: string, count: number) => rejected.set(why, (rejected.get(why) ?? 0) + count);
    for (const { resource, scopeSpans } of body.resourceSpans) {
      for (const { scope, spans } of scopeSpans) {
        for (const span of spans) {
          const runId = runIdOf(span.traceId);
          const { traceId, spanId, name } = span;
          const data: Received = { traceId, spanId, name, span, ...origin(resource, scope) };
          if (runId === null) reject("a trace id is no run's", 1);
          else if (JSON.stringify(data).length > spanBytesMax) reject(`a span is longer than ${spanBytesMax} bytes`, 1);
          else byRun.set(runId, [...(byRun.get(runId) ?? []), data]);
        }
      }
    }
    for (const [runId, spans] of byRun) {
      const why = await refusal(site, runId, spans);
      if (why !== null) reject(why, spans.length);
    }
    const count = [...rejected.values()].reduce((sum, one) => sum + one, 0);
    if (count === 0) return {};
    return { partialSuccess: { rejectedSpans: String(count), errorMessage: [...rejected.keys()].join("; ") } };
  },
};

/** Appends the spans to their run. @returns why it does not take them; null if it did */
async function refusal({ ledger }: Site, runId: string, spans: Received[]): Promise<string | null> {
  try {
    await ledger.execute(runId, { type: "receiveSpans", spans }, actor);
    return null;
  } catch (error) {
    const isRefusal = error instanceof RunledgerError && error.code.startsWith("run.");
    if (!isRefusal) throw error;
    return error.message;
  }
}

/** The 32 digits of a trace id as the UUID that they are. */
function runIdOf(traceId: string): string | null {
  const hex = traceId.toLowerCase();
  return parseUuid(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"));
}

function origin(resource: unknown, scope: unknown): Record<string, unknown> {
  return { ...(resource === undefined ? {} : { resource }), ...(scope === undefined ? {} : { scope }) };
}
