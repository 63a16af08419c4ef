// Routes of the catalog, of agents and of schemas.

import { z } from "zod";
import { byId, nextPageToken, paging, queryCount, queryFlag, queryText } from "./http-fields.ts";
import { agentResource, digest, runSchema, time } from "./http-resources.ts";
import { defineRoute } from "./http-route.ts";

const text = z.string();
const count = z.number().int().nonnegative();

const benchmarkFields = {
  id: text,
  description: text,
  tags: z.array(text),
  metadata: z.record(text, z.unknown()),
  environment: text,
  digest,
  source: z.enum(["file", "upserted"]),
  file: text.nullable(),
  hasSolution: z.boolean(),
  isChangedSince: z.boolean().meta({
    description: "Its file holds something else than it did when it was read, or is gone; sync reads it anew.",
  }),
};
const listedBenchmark = z.object(benchmarkFields).meta({ id: "Benchmark" });
export type ListedBenchmark = z.infer<typeof listedBenchmark>;

const benchmarkSchema = z
  .object({
    ...benchmarkFields,
    prompt: text,
    steps: z.array(z.object({ step: text, description: text.nullable(), prompt: text })),
    tools: z.union([z.literal("all"), z.array(text)]),
    limits: z.record(text, z.unknown()),
    scoring: text,
    minScore: z.number(),
    counts: z.array(z.object({ status: text, passed: z.boolean().nullable(), runs: count })),
    recentRuns: z.array(runSchema),
    groundTruth: z.unknown().optional().meta({ description: "Only for callers with a token or a session." }),
    solution: z.unknown().optional().meta({ description: "Only for callers with a token or a session." }),
  })
  .meta({ id: "BenchmarkDetail" });

const failure = z.object({ file: text, code: text, detail: text });
const syncSchema = z
  .object({
    added: z.array(text),
    changed: z.array(text),
    removed: z.array(text),
    unchanged: count,
    failed: z.array(failure),
  })
  .meta({ id: "Synced" });
export type Synced = z.infer<typeof syncSchema>;

const agentSchema = z.object({
  ...agentResource.shape,
  isReady: z.boolean(),
  missing: z.array(text).meta({ description: "Names of the keys that it needs and this server does not have." }),
});
export type ListedAgent = z.infer<typeof agentSchema>;

const cell = z.object({
  benchmark: text,
  runs: count,
  scored: count,
  passed: count,
  mean: z.number().nullable(),
});
const performanceSchema = z
  .object({
    agent: text,
    digest,
    reference: z.boolean(),
    runs: count,
    scored: count,
    unscored: count,
    passed: count,
    mean: z.number().nullable(),
    passRate: z.number(),
    interval: z.tuple([z.number(), z.number()]),
    n: count.meta({ description: "Runs that the pass rate is of: those that ended and count." }),
    otherDigests: count.meta({ description: "Further digests under the same name." }),
    cells: z.array(cell),
    hasMoreCells: z.boolean().meta({ description: "True: it has more benchmarks than cells are told of." }),
  })
  .meta({ id: "AgentPerformance" });
export type AgentPerformance = z.infer<typeof performanceSchema>;

const readCatalog = { method: "get", group: "catalog", scope: "read", status: 200 } as const;

const readAgents = { method: "get", group: "agents", scope: "read", status: 200 } as const;

export const catalogRoutes = {
  listBenchmarks: defineRoute({
    ...readCatalog,
    path: "/benchmarks",
    summary: "benchmarks of the catalog, by id",
    query: z.strictObject({
      prefix: queryText.optional().meta({ description: "Beginning of the id." }),
      tag: queryText.optional(),
      environment: queryText.optional(),
      ...paging,
    }),
    answer: z.object({
      benchmarks: z.array(listedBenchmark),
      nextPageToken,
      failed: z.array(failure).meta({ description: "Files that the last scan could not read." }),
      syncedAt: time.nullable(),
    }),
  }),
  getBenchmark: defineRoute({
    ...readCatalog,
    path: "/benchmarks/{id}",
    summary: "one benchmark with its recent runs",
    params: byId,
    answer: benchmarkSchema,
    problems: [404],
  }),
  benchmarkSource: defineRoute({
    ...readCatalog,
    path: "/benchmarks/{id}/source",
    summary: "the YAML as it is now, ground truth included: for callers with a token or a session",
    params: byId,
    answer: z.object({
      yaml: text,
      file: text.nullable(),
      changedAt: time.nullable().meta({ description: "When the file was changed last, or the benchmark upserted." }),
      readAt: time.nullable(),
      isChangedSince: z.boolean(),
    }),
    problems: [404],
  }),
  benchmarkVersions: defineRoute({
    ...readCatalog,
    path: "/benchmarks/{id}/versions",
    summary: "contents that the newest runs under this id had",
    params: byId,
    answer: z.object({
      versions: z.array(z.object({ digest, isCurrent: z.boolean(), runs: count, firstRunAt: time, lastRunAt: time })),
      runsLooked: count,
    }),
    problems: [404],
  }),
  listScenarios: defineRoute({
    ...readCatalog,
    path: "/scenarios",
    summary: "scenarios of the catalog; this build runs none",
    query: z.strictObject(paging),
    answer: z.object({ scenarios: z.array(z.unknown()), nextPageToken }),
  }),
  getScenario: defineRoute({
    ...readCatalog,
    path: "/scenarios/{id}",
    summary: "one scenario; this build knows none",
    params: byId,
    answer: z.unknown(),
    problems: [404],
  }),
  sync: defineRoute({
    ...{ method: "post", path: "/sync", group: "catalog", scope: "write", status: 200 },
    summary: "scans the folders into the catalog",
    answer: syncSchema,
  }),
  upsertYml: defineRoute({
    ...{ method: "post", path: "/upsert-yml", group: "catalog", scope: "write", status: 200 },
    summary: "adds or replaces one benchmark",
    query: z.strictObject({ id: queryText.optional().meta({ description: "With a YAML body; else its own id." }) }),
    body: z.strictObject({ id: z.string().min(1).max(80).optional(), yaml: z.string().max(256 * 1024) }),
    bodyTypes: ["application/yaml", "text/yaml", "application/x-yaml"],
    answer: z.object({ result: z.enum(["added", "changed", "unchanged"]), benchmarks: z.array(listedBenchmark) }),
    problems: [422],
  }),
  listAgents: defineRoute({
    ...readAgents,
    path: "/agents",
    summary: "agents that this server knows, and whether they are ready",
    answer: z.object({ agents: z.array(agentSchema), defaultAgent: text }),
  }),
  agentPerformance: defineRoute({
    ...readAgents,
    path: "/agent-performance",
    summary: "what the runs of each agent add up to, best pass rate first",
    query: z.strictObject({
      agent: queryText.optional(),
      benchmark: queryText.optional(),
      reference: queryFlag.optional().meta({ description: "true: reference agents, too, as where agent names one." }),
      pageSize: queryCount(1, 100).optional(),
      pageToken: queryText.optional(),
    }),
    answer: z.object({
      agents: z.array(performanceSchema),
      nextPageToken,
      runsLooked: count.meta({ description: "Runs that all ranked agents have together." }),
      isWhole: z.boolean().meta({ description: "False: there are more agents than one answer ranks." }),
    }),
  }),
  getSchema: defineRoute({
    ...readCatalog,
    path: "/schemas/{name}",
    summary: "JSON Schema of a file format",
    params: z.object({ name: text.min(1).max(100) }),
    answer: z.record(text, z.unknown()),
    problems: [404],
  }),
};
