// The catalog, the agents and how they did, and the schemas of file formats.

import { jsonSchemas } from "../../benchmarks/json-schemas.ts";
import { jsonOf } from "../../core/document-value.ts";
import { RunledgerError } from "../../core/errors.ts";
import { didYouMean, nearestNames } from "../../core/nearest.ts";
import type { catalogRoutes, ListedBenchmark } from "../../protocol/http-catalog-routes.ts";
import { performanceOf } from "../agent-performance.ts";
import type { Caller } from "../auth.ts";
import type { Catalog, CatalogEntry } from "../catalog.ts";
import { changedAtOf } from "../file-mark.ts";
import type { HandlersOf } from "../handler.ts";
import { runBodies, type Site } from "../site.ts";
import { subjectDigest } from "../subject-digest.ts";

const pageBenchmarks = 50;
const recentRunsMax = 10;
/** Runs of a benchmark among which its versions are looked for, the newest. */
const versionLooksMax = 500;

export const catalogHandlers: HandlersOf<typeof catalogRoutes> = {
  async listBenchmarks({ query, site }) {
    const { prefix, tag, environment, pageSize = pageBenchmarks, pageToken = null } = query;
    const after = pageToken === null ? null : idOfToken(pageToken);
    const catalog = await site.catalog.fresh();
    const { entries, hasMore } = catalog.list({ prefix, tag, environment }, after, pageSize);
    const last = entries.at(-1);
    return {
      benchmarks: entries.map((entry) => listed(catalog, entry)),
      nextPageToken: hasMore && last !== undefined ? tokenOfId(last.benchmark.id) : null,
      failed: catalog.failed,
      syncedAt: catalog.syncedAt,
    };
  },
  async getBenchmark({ params, site, caller }) {
    return detailOf(site, (await site.catalog.fresh()).get(params.id), caller);
  },
  async benchmarkSource({ params, site, caller }) {
    const catalog = await site.catalog.fresh();
    const entry = catalog.get(params.id);
    if (!caller.mayKnowTruth) {
      throw new RunledgerError("request.no-truth", `the YAML of ${params.id} holds its ground truth`);
    }
    const { file, path, source, setAt } = entry;
    return {
      yaml: await catalog.sourceOf(entry),
      file,
      changedAt: path === null ? setAt : changedAtOf(path),
      readAt: source === "file" ? catalog.syncedAt : null,
      isChangedSince: catalog.isChangedSince(entry),
    };
  },
  async benchmarkVersions({ params, site }) {
    return versionsOf(site, params.id);
  },
  async listScenarios() {
    // This build reads no scenarios.
    return { scenarios: [], nextPageToken: null };
  },
  async getScenario({ params }) {
    throw new RunledgerError("scenario.unknown", `there is no scenario ${JSON.stringify(params.id)}`);
  },
  async sync({ site }) {
    return site.catalog.sync();
  },
  async upsertYml({ query, body, site }) {
    const { result, ids } = await site.catalog.upsert(body.yaml, body.id ?? query.id ?? null);
    return { result, benchmarks: ids.map((id) => listed(site.catalog, site.catalog.get(id))) };
  },
  async listAgents({ site }) {
    return { agents: site.agents.list(), defaultAgent: site.agents.defaultName };
  },
  async agentPerformance({ query, site }) {
    return performanceOf(site.ledger, query);
  },
  async getSchema({ params }) {
    const names = Object.keys(jsonSchemas);
    const make = Object.hasOwn(jsonSchemas, params.name) ? jsonSchemas[params.name] : undefined;
    if (make !== undefined) return make();
    const known = `there are ${names.join(", ")}${didYouMean(params.name, names)}`;
    const detail = `there is no schema ${JSON.stringify(params.name)}; ${known}`;
    throw new RunledgerError("schema.unknown", detail, { data: { names, nearest: nearestNames(params.name, names) } });
  },
};

function listed(catalog: Catalog, entry: CatalogEntry): ListedBenchmark {
  const { benchmark, source, file } = entry;
  const { id, description, tags, metadata, task, solution, steps } = benchmark;
  return {
    ...{ id, description, tags: [...tags], environment: task.environment, source, file },
    digest: subjectDigest(benchmark),
    metadata: metadata as ListedBenchmark["metadata"],
    hasSolution: solution !== null || steps.some((step) => step.solution.length > 0),
    isChangedSince: catalog.isChangedSince(entry),
  };
}

async function detailOf(site: Site, entry: CatalogEntry, caller: Caller) {
  const { task, groundTruth, solution, id } = entry.benchmark;
  const [counts, recent] = await Promise.all([
    site.ledger.countRuns(id),
    site.ledger.listRuns({ subject: id }, { pageSize: recentRunsMax }),
  ]);
  return {
    ...listed(site.catalog, entry),
    prompt: task.prompt,
    steps: (task.flow ?? []).map(({ step, description, prompt }) => ({ step, description, prompt })),
    tools: task.tools === "all" ? ("all" as const) : [...task.tools],
    limits: { ...task.limits },
    scoring: task.scoring,
    minScore: groundTruth.min_score,
    counts: counts.filter(({ runs }) => runs > 0),
    recentRuns: await runBodies(site, recent.runs),
    ...(!caller.mayKnowTruth ? {} : { groundTruth: jsonOf(groundTruth), solution: jsonOf(solution) }),
  };
}

async function versionsOf({ ledger, catalog }: Site, id: string) {
  const { runs } = await ledger.listRuns({ subject: id }, { pageSize: versionLooksMax });
  await catalog.fresh();
  const entry = runs.length === 0 ? catalog.get(id) : catalog.find(id);
  const current = entry === null ? null : subjectDigest(entry.benchmark);
  const versions = [...Map.groupBy(runs, ({ subject }) => subject.digest)].map(([digest, of]) => ({
    digest,
    isCurrent: digest === current,
    runs: of.length,
    firstRunAt: of.at(-1)?.queuedAt ?? "",
    lastRunAt: of[0]?.queuedAt ?? "",
  }));
  return { versions, runsLooked: runs.length };
}

export function tokenOfId(id: string): string {
  return Buffer.from(`id:${id}`).toString("base64url");
}

/** @throws RunledgerError `request.invalid` */
export function idOfToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (text.startsWith("id:")) return text.slice(3);
  throw new RunledgerError("request.invalid", `${token} is no page token of this list`);
}
