// What is shown at a look: cells of an experiment, the price of a verb on it, results by benchmark and agent, the system.

import { RunledgerError } from "../../core/errors.ts";
import { standingOf } from "../../core/experiment.ts";
import { parseUuid } from "../../core/ids.ts";
import { conditionOf } from "../../core/plan-experiment.ts";
import type { Run } from "../../core/run.ts";
import type { ExperimentCell, pageRoutes } from "../../protocol/http-page-routes.ts";
import { resultsOf } from "../benchmark-results.ts";
import { priceOf } from "../experiment-price.ts";
import type { HandlersOf } from "../handler.ts";
import type { Site } from "../site.ts";
import { subjectDigest } from "../subject-digest.ts";
import { systemFacts } from "../system-facts.ts";
import { idOfToken, tokenOfId } from "./catalog.ts";

const pageCells = 500;
const pageBenchmarks = 50;
const historyDefault = 8;

export const pageHandlers: HandlersOf<typeof pageRoutes> = {
  async experimentCells({ params, query, site }) {
    const experimentId = await experimentIdOf(site, params.id);
    const { pageSize = pageCells, pageToken = null } = query;
    const page = await site.ledger.listRuns({ experimentId }, { order: "oldest", pageSize, pageToken });
    return { cells: page.runs.map(cellOf), nextPageToken: page.nextToken };
  },
  async experimentPrice({ params, query: { verb, only = "unscored" }, site }) {
    const experimentId = await experimentIdOf(site, params.id);
    return priceOf(site.ledger, experimentId, verb === "resume" ? { type: "resume" } : { type: "retry", only });
  },
  async benchmarkResults({ query, site }) {
    const { prefix, history = historyDefault, pageSize = pageBenchmarks, pageToken = null } = query;
    const after = pageToken === null ? null : idOfToken(pageToken);
    const catalog = await site.catalog.fresh();
    const { entries, hasMore } = catalog.list({ prefix }, after, pageSize);
    const last = entries.at(-1);
    const benchmarks = entries.map(async ({ benchmark }) => ({
      ...{ benchmark: benchmark.id, digest: subjectDigest(benchmark) },
      agents: await resultsOf(site.ledger, benchmark.id, history),
    }));
    return {
      benchmarks: await Promise.all(benchmarks),
      nextPageToken: hasMore && last !== undefined ? tokenOfId(last.benchmark.id) : null,
    };
  },
  async system({ site, version }) {
    return systemFacts(site, version);
  },
};

function cellOf(run: Run): ExperimentCell {
  const { id, subject, agent, trial, status, passed, score } = run;
  return {
    ...{ runId: id, subject: subject.id, agent: agent?.name ?? null, condition: conditionOf(run) },
    ...{ trial, status, passed, score },
    ...standingOf(run),
  };
}

/** @throws RunledgerError `experiment.not-found` */
async function experimentIdOf({ ledger }: Site, text: string): Promise<string> {
  const id = parseUuid(text);
  if (id !== null && (await ledger.getExperiment(id)) !== null) return id;
  throw new RunledgerError("experiment.not-found", `there is no experiment ${JSON.stringify(text.slice(0, 100))}`);
}
