// Events as pages and as live streams: of one run, and of the whole ledger.

import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { RunledgerError } from "../../core/errors.ts";
import { isTerminal } from "../../core/moves.ts";
import type { EventBody } from "../../protocol/http-resources.ts";
import type { viewRoutes } from "../../protocol/http-view-routes.ts";
import { eventResource } from "../../views/run-resource.ts";
import { renderChanges, renderEvents } from "../feed-render.ts";
import { serveFeed } from "../feed-stream.ts";
import type { HandlersOf } from "../handler.ts";
import { lastEventId, openStream, wantsStream } from "../open-stream.ts";
import { serveRunStream } from "../run-stream.ts";
import { findRun } from "../site.ts";
import { sseMessage } from "../sse-output.ts";

const pageEvents = 100;

export const eventHandlers: HandlersOf<Pick<typeof viewRoutes, "runEvents" | "allEvents">> = {
  async runEvents({ params, query, site, incoming, outgoing }) {
    const { ledger, hub, streams } = site;
    const run = await findRun(site, params.id);
    if (wantsStream(incoming)) {
      const seq = seqOf(lastEventId(incoming)) ?? query.after ?? 0;
      serveRunStream({ ledger, hub, output: openStream(outgoing, streams), runId: run.id, seq });
      return RESPONSE_ALREADY_SENT;
    }
    const { after = 0, limit = pageEvents } = query;
    const found = await ledger.readEvents(run.id, after, limit);
    const next = found.at(-1)?.seq ?? after;
    const hasMore = found.length === limit || (!isTerminal(run.status) && next < run.seq);
    return { events: found.map(eventBody), next, hasMore };
  },
  async allEvents({ query, site, incoming, outgoing }) {
    const { ledger, hub, streams } = site;
    if (wantsStream(incoming)) {
      const from = lastEventId(incoming) ?? query.after ?? null;
      const cursor = from ?? (await ledger.headCursor());
      const render = query.runs === "changes" ? renderChanges(site) : renderEvents;
      const output = openStream(outgoing, streams);
      // Who begins now must be able to come back to now, even if nothing has happened by then.
      const data = JSON.stringify({ cursor });
      output.write(Buffer.from(sseMessage({ id: from === null ? cursor : null, type: "open", data })));
      serveFeed({ ledger, hub, output, cursor, render });
      return RESPONSE_ALREADY_SENT;
    }
    if (query.runs !== undefined) {
      throw new RunledgerError("request.invalid", "runs=changes is of a live stream: Accept: text/event-stream");
    }
    const { after = null, limit = pageEvents } = query;
    const { events, cursor } = await ledger.readAll(after, limit);
    return { events: events.map(eventBody), cursor, hasMore: events.length === limit };
  },
};

export function eventBody(event: Parameters<typeof eventResource>[0]): EventBody {
  return eventResource(event) as EventBody;
}

/** @throws RunledgerError `request.invalid` for an id that no stream of a run has given */
function seqOf(id: string | null): number | null {
  if (id === null) return null;
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw new RunledgerError("request.invalid", `Last-Event-ID ${JSON.stringify(id.slice(0, 100))} is no seq`);
}
