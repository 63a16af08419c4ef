// Takes the spans that an agent sends of itself. A span names its run by the trace id, which the agent was given in
// TRACEPARENT; what comes for no run, or for one that has ended, is counted as rejected and never stored.

import { RunledgerError } from "../../core/errors.ts";
import type { EventData } from "../../core/events.ts";
import { parseUuid } from "../../core/ids.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { traceRoutes } from "../../protocol/http-trace-routes.ts";
import { maskSecrets, type SecretMask, secretsAmong } from "../../protocol/mask-secrets.ts";
import type { HandlersOf } from "../handler.ts";
import type { Site } from "../site.ts";
import { bytesOf, SpanRoom } from "../span-room.ts";

type Received = EventData<"span.received">;
type Body = Parameters<HandlersOf<typeof traceRoutes>["receiveTraces"]>[0]["body"];
type Refused = { count: number; why: string };

/** One event holds no more, bytes of JSON. */
const spanBytesMax = 48 * 1024;
const tooLong = `a span, with the resource and scope that it comes from, is longer than ${spanBytesMax} bytes`;
const actor = "otlp";

const rooms = new WeakMap<Ledger, SpanRoom>();

export const traceHandlers: HandlersOf<typeof traceRoutes> = {
  async receiveTraces({ body, site }) {
    const rejected = new Map<string, number>();
    const reject = (why: string, count: number) => rejected.set(why, (rejected.get(why) ?? 0) + count);
    for (const [runId, spans] of spansByRun(body, reject)) {
      const refused = await receive(site, runId, spans, reject);
      if (refused !== null) reject(refused.why, refused.count);
    }
    const count = [...rejected.values()].reduce((sum, one) => sum + one, 0);
    if (count === 0) return {};
    return { partialSuccess: { rejectedSpans: String(count), errorMessage: [...rejected.keys()].join("; ") } };
  },
};

/** What was sent, by run; what names none is rejected, and what comes from a resource that no event could hold. */
function spansByRun(body: Body, reject: (why: string, count: number) => void): Map<string, Received[]> {
  const byRun = new Map<string, Received[]>();
  for (const { resource, scopeSpans } of body.resourceSpans) {
    for (const { scope, spans } of scopeSpans) {
      const from = origin(resource, scope);
      if (bytesOf(from) > spanBytesMax) {
        reject(tooLong, spans.length);
        continue;
      }
      for (const span of spans) {
        const runId = runIdOf(span.traceId);
        const { traceId, spanId, name } = span;
        const data: Received = { traceId, spanId, name, span, ...from };
        if (runId === null) reject("a trace id is no run's", 1);
        else if (byRun.get(runId)?.push(data) === undefined) byRun.set(runId, [data]);
      }
    }
  }
  return byRun;
}

/**
 * Appends the spans to their run, without the values of secrets; those that are too long are rejected.
 * @returns how many of the others it does not take, and why; null if it took them all
 */
async function receive(
  site: Site,
  runId: string,
  sent: Received[],
  reject: (why: string, count: number) => void,
): Promise<Refused | null> {
  const { ledger } = site;
  const room = rooms.get(ledger) ?? new SpanRoom(ledger);
  rooms.set(ledger, room);
  const spans = masked(sent, await maskOf(site, runId)).filter((span) => bytesOf(span) <= spanBytesMax);
  if (spans.length < sent.length) reject(tooLong, sent.length - spans.length);
  if (spans.length === 0) return null;
  try {
    const taken = await room.fill(runId, spans, async (fitting) => {
      await ledger.execute(runId, { type: "receiveSpans", spans: fitting }, actor);
    });
    return taken === spans.length ? null : { count: spans.length - taken, why: `run ${runId}: ${room.words}` };
  } catch (error) {
    const isRefusal = error instanceof RunledgerError && error.code.startsWith("run.");
    if (!isRefusal) throw error;
    return { count: spans.length, why: error.message };
  }
}

/** A span holds what its agent saw, headers of requests among it. Many come from one resource, which is masked once. */
function masked(sent: readonly Received[], mask: SecretMask): Received[] {
  const origins = new Map<unknown, unknown>();
  const once = (from: unknown) => origins.get(from) ?? origins.set(from, mask.json(from)).get(from);
  return sent.map(({ resource, scope, ...span }) => ({ ...mask.json(span), ...origin(once(resource), once(scope)) }));
}

/**
 * A mask of this process's secrets: what looks like one, and what agents need that it knows of, this run's among them. A
 * key may have any name.
 */
async function maskOf({ ledger, agents }: Site, runId: string): Promise<SecretMask> {
  const run = await ledger.getRun(runId);
  const listed = agents.list().flatMap(({ needs = [] }) => needs);
  const ofRun = [...(run?.agent?.needs ?? []), ...(run?.subject.needs ?? [])];
  return maskSecrets(secretsAmong(process.env, [...listed, ...ofRun]));
}

/** The 32 digits of a trace id as the UUID that they are. */
function runIdOf(traceId: string): string | null {
  const hex = traceId.toLowerCase();
  return parseUuid(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"));
}

function origin(resource: unknown, scope: unknown): Record<string, unknown> {
  return { ...(resource === undefined ? {} : { resource }), ...(scope === undefined ? {} : { scope }) };
}
