// Events as pages and as live streams: of one run, and of the whole ledger.

import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { RunledgerError } from "../../core/errors.ts";
import { isTerminal } from "../../core/moves.ts";
import type { Run } from "../../core/run.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { EventBody } from "../../protocol/http-resources.ts";
import type { viewRoutes } from "../../protocol/http-view-routes.ts";
import { eventResource } from "../../views/run-resource.ts";
import { renderChanges, renderEvents } from "../feed-render.ts";
import { foldAt } from "../fold-at.ts";
import type { HandlersOf } from "../handler.ts";
import { openFeed } from "../open-feed.ts";
import { lastEventId, openStream, wantsStream } from "../open-stream.ts";
import { serveRunStream } from "../run-stream.ts";
import { findRun } from "../site.ts";

const pageEvents = 100;

export const eventHandlers: HandlersOf<Pick<typeof viewRoutes, "runEvents" | "runState" | "runLink" | "allEvents">> = {
  async runEvents(asked) {
    const { params, query, site, incoming } = asked;
    const { ledger, hub, streams } = site;
    const run = await findRun(site, params.id);
    if (wantsStream(incoming)) {
      const seq = seqOf(lastEventId(incoming)) ?? query.after ?? 0;
      serveRunStream({ ledger, hub, output: openStream(asked, streams), runId: run.id, seq });
      return RESPONSE_ALREADY_SENT;
    }
    return pageOfRun(ledger, run, query);
  },
  async runState({ params, query, site }) {
    const run = await findRun(site, params.id);
    const { at = run.seq } = query;
    if (at >= run.seq) return { run, seq: run.seq };
    return { run: (await foldAt(site.ledger, run.id, at)) ?? run, seq: at };
  },
  async runLink({ params, query, site }) {
    const { id } = await findRun(site, params.id);
    return { link: await site.ledger.linkAt(id, query.seq) };
  },
  async allEvents(asked) {
    const { query, site, incoming } = asked;
    if (wantsStream(incoming)) {
      await openFeed(asked, query.runs === "changes" ? renderChanges(site) : renderEvents);
      return RESPONSE_ALREADY_SENT;
    }
    if (query.runs !== undefined) {
      throw new RunledgerError("request.invalid", "runs=changes is of a live stream: Accept: text/event-stream");
    }
    const { after = null, limit = pageEvents } = query;
    const { events, cursors, cursor } = await site.ledger.readAll(after, limit);
    return { events: events.map(eventBody), cursors, cursor, hasMore: events.length === limit };
  },
};

type PageQuery = {
  after?: number | undefined;
  before?: number | undefined;
  types?: string[] | undefined;
  limit?: number | undefined;
};

/** A page of a run's events in either direction. With types one request looks at a limited number, and may come back short. */
async function pageOfRun(ledger: Ledger, run: Run, { after, before, types, limit = pageEvents }: PageQuery) {
  if (after !== undefined && before !== undefined) {
    throw new RunledgerError("request.invalid", "a page goes on after a seq or before one: give one of the two");
  }
  const direction = before === undefined ? "after" : "before";
  const from = before ?? after ?? 0;
  const { events, reached } = await ledger.pickEvents({
    ...{ runId: run.id, from, direction, types: types ?? null, limit },
  });
  const isFull = events.length === limit;
  const hasMore =
    direction === "before"
      ? reached > 1
      : isFull || reached < run.seq || (!isTerminal(run.status) && reached < run.seq);
  return { events: events.map(eventBody), next: reached, hasMore };
}

export function eventBody(event: Parameters<typeof eventResource>[0]): EventBody {
  return eventResource(event) as EventBody;
}

/** @throws RunledgerError `request.invalid` for an id that no stream of a run has given */
function seqOf(id: string | null): number | null {
  if (id === null) return null;
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw new RunledgerError("request.invalid", `Last-Event-ID ${JSON.stringify(id.slice(0, 100))} is no seq`);
}
