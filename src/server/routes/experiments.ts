// Experiments over HTTP: list, plan, detail, events, and verbs that ask each of their runs.

import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { RunledgerError } from "../../core/errors.ts";
import type { LedgerEvent } from "../../core/events.ts";
import type { Experiment } from "../../core/experiment.ts";
import { parseUuid } from "../../core/ids.ts";
import type { experimentRoutes } from "../../protocol/http-experiment-routes.ts";
import type { ExperimentBody } from "../../protocol/http-resources.ts";
import { experimentResource } from "../../views/experiment-resource.ts";
import { readBatch } from "../event-cursors.ts";
import { moveRuns, type RunVerb } from "../experiment-verbs.ts";
import { ofExperiment, renderOf } from "../feed-render.ts";
import type { HandlersOf } from "../handler.ts";
import { openFeed } from "../open-feed.ts";
import { wantsStream } from "../open-stream.ts";
import { planOnce } from "../plan-experiment.ts";
import type { Site } from "../site.ts";
import { eventBody } from "./events.ts";
import { keyOf } from "./runs.ts";

const pageExperiments = 50;
const pageEvents = 100;
/** Events that one request looks at for those of one experiment; a page may come back short, with a cursor. */
const looksMax = 5_000;

export const experimentHandlers: HandlersOf<typeof experimentRoutes> = {
  async listExperiments({ query, site }) {
    const { pageSize = pageExperiments, pageToken = null } = query;
    if (query.tail !== undefined) {
      const ids = await site.ledger.findExperiments(query.tail, pageSize);
      const found = await Promise.all(ids.map((id) => site.ledger.getExperiment(id)));
      return { experiments: found.flatMap((one) => (one === null ? [] : [body(one)])), nextPageToken: null };
    }
    const { experiments, nextToken } = await site.ledger.listExperiments({ pageSize, pageToken });
    return { experiments: experiments.map(body), nextPageToken: nextToken };
  },
  async createExperiment({ body: asked, site, incoming }) {
    return body(await planOnce(site, asked, keyOf(incoming).key));
  },
  async getExperiment({ params, site }) {
    return body(await findExperiment(site, params.id));
  },
  async experimentState({ params, site }) {
    return { experiment: await findExperiment(site, params.id) };
  },
  async experimentEvents(asked) {
    const { params, query, site, incoming } = asked;
    const experiment = await findExperiment(site, params.id);
    const isWanted = ofExperiment(site.ledger, experiment.id);
    if (wantsStream(incoming)) {
      await openFeed(asked, renderOf(isWanted));
      return RESPONSE_ALREADY_SENT;
    }
    return pageOfExperiment(site, { after: query.after ?? null, limit: query.limit ?? pageEvents, isWanted });
  },
  async cancelExperiment({ params, site }) {
    return movedBy(site, params.id, { type: "cancel" });
  },
  async pauseExperiment({ params, site }) {
    return movedBy(site, params.id, { type: "pause" });
  },
  async resumeExperiment({ params, site }) {
    return movedBy(site, params.id, { type: "resume" });
  },
  async retryExperiment({ params, body: { only = "unscored" }, site }) {
    return movedBy(site, params.id, { type: "retry", only });
  },
};

function body(experiment: Experiment): ExperimentBody {
  return experimentResource(experiment);
}

/** @throws RunledgerError `experiment.not-found` */
async function findExperiment({ ledger }: Site, text: string): Promise<Experiment> {
  const id = parseUuid(text);
  const experiment = id === null ? null : await ledger.getExperiment(id);
  if (experiment !== null) return experiment;
  throw new RunledgerError("experiment.not-found", `there is no experiment ${JSON.stringify(text.slice(0, 100))}`);
}

async function movedBy(site: Site, text: string, verb: RunVerb) {
  const { id } = await findExperiment(site, text);
  const counts = await moveRuns(site, id, verb);
  return { experiment: body(await findExperiment(site, id)), ...counts };
}

async function pageOfExperiment(
  { ledger }: Site,
  of: { after: string | null; limit: number; isWanted: (event: LedgerEvent) => Promise<boolean> },
) {
  const { limit, isWanted } = of;
  const events: LedgerEvent[] = [];
  let cursor = of.after;
  for (let looks = 0; looks < looksMax; ) {
    const batch = cursor === null ? await ledger.readAll(null, limit) : await readBatch(ledger, cursor, limit);
    const last = "to" in batch ? batch.to : batch.cursor;
    for (const event of batch.events) if (await isWanted(event)) events.push(event);
    looks += batch.events.length;
    cursor = last;
    if (batch.events.length < limit) return { events: events.map(eventBody), cursor, hasMore: false };
    // A whole batch more could be wanted: none of it may be cut off, since the cursor is the batch's.
    if (events.length > 0) break;
  }
  return { events: events.map(eventBody), cursor: cursor ?? "", hasMore: true };
}
