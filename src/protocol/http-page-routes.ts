// Routes that give what is shown at a look: the cells of an experiment, what a verb on it would start, the newest results
// of benchmarks by agent, and the state of the system.

import { z } from "zod";
import { runStatuses } from "../core/moves.ts";
import { systemLimits } from "../core/system-limits.ts";
import { byId, nextPageToken, queryCount, queryText } from "./http-fields.ts";
import { digest, time } from "./http-resources.ts";
import { defineRoute } from "./http-route.ts";

const text = z.string();
const count = z.number().int().nonnegative();
const score = z.number().min(0).max(1).nullable();
const verdict = { status: z.enum(runStatuses), passed: z.boolean().nullable(), score };

const cellSchema = z
  .object({
    runId: text,
    subject: text,
    agent: text.nullable(),
    condition: text.nullable(),
    trial: count,
    ...verdict,
    standing: z.enum(["open", "scored", "zero", "unscored"]),
    why: text.meta({ description: "Why there is no score: an error's origin, limit:NAME or cancelled; else empty." }),
  })
  .meta({ id: "ExperimentCell" });
export type ExperimentCell = z.infer<typeof cellSchema>;

const priceSchema = z
  .object({
    runs: count,
    byStatus: z.record(text, count).meta({ description: "The runs that it would put back in the queue, by status." }),
    modelRuns: count.meta({ description: "Those of them whose agent is a model." }),
    modelCallsAtMost: count.nullable().meta({
      description: "All turns of all their tries; null: the limit turns is lifted for some.",
    }),
    tokensAtMost: count.nullable(),
    costUsdAtMost: z.number().nullable(),
    isWhole: z.boolean().meta({ description: "False: there are more runs than one answer looks at." }),
  })
  .meta({ id: "ExperimentPrice" });
export type ExperimentPrice = z.infer<typeof priceSchema>;

const resultSchema = z
  .object({
    runId: text,
    ...verdict,
    minScore: score,
    subjectDigest: digest,
    agentDigest: digest.nullable(),
    queuedAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    tookMs: count.nullable().meta({ description: "Of its attempts together; null while it has not ended." }),
  })
  .meta({ id: "BenchmarkResult" });
export type BenchmarkResult = z.infer<typeof resultSchema>;

const resultsSchema = z.object({
  benchmark: text,
  digest,
  agents: z.array(z.object({ agent: text, results: z.array(resultSchema).meta({ description: "Newest first." }) })),
});
export type BenchmarkResults = z.infer<typeof resultsSchema>;

const systemSchema = z
  .object({
    version: text,
    uptimeS: z.number(),
    ledger: z.object({
      url: text,
      id: text,
      server: text.meta({ description: "The database, with its version." }),
      durability: text,
      isDurable: z.boolean(),
      bytes: count
        .nullable()
        .meta({ description: "Of its tables or files, indexes included; null where nobody can tell." }),
      head: text.meta({ description: "The cursor after the newest event." }),
      runs: z.array(z.object({ status: z.enum(runStatuses), passed: z.boolean().nullable(), runs: count })),
    }),
    feed: z.object({
      cursor: text.meta({ description: "Up to here the live streams have been told." }),
      behind: count.meta({ description: "Events that they have not been told of yet, counted up to 1000." }),
      lagMs: z.number().meta({ description: "How long the oldest of these has waited; 0 without any." }),
      heldMs: z.number().meta({ description: "How long the database has held events back; 0 if none waits." }),
      streams: count,
    }),
    worker: z.object({ slots: count, running: count, isDraining: z.boolean() }).nullable(),
    computedAt: time,
  })
  .meta({ id: "System" });
export type SystemBody = z.infer<typeof systemSchema>;

const get = { method: "get", scope: "read", status: 200 } as const;

export const pageRoutes = {
  experimentCells: defineRoute({
    ...get,
    ...{ path: "/experiments/{id}/cells", group: "experiments" },
    summary: "the cells of an experiment as they were planned, each with its result",
    params: byId,
    query: z.strictObject({
      pageSize: queryCount(1, systemLimits.pageRowsMax).optional(),
      pageToken: queryText.optional(),
    }),
    answer: z.object({ cells: z.array(cellSchema), nextPageToken }),
    problems: [404],
  }),
  experimentPrice: defineRoute({
    ...get,
    ...{ path: "/experiments/{id}/price", group: "experiments" },
    summary: "what resume or retry would run again, and what that takes at most; nothing is started",
    params: byId,
    query: z.strictObject({
      verb: z.enum(["resume", "retry"]),
      only: z.enum(["unscored", "failed"]).optional(),
    }),
    answer: priceSchema,
    problems: [404],
  }),
  benchmarkResults: defineRoute({
    ...get,
    ...{ path: "/benchmark-results", group: "catalog" },
    summary: "the newest results of each benchmark of the catalog, by agent",
    query: z.strictObject({
      prefix: queryText.optional().meta({ description: "Beginning of the benchmark's id." }),
      history: queryCount(1, 20).optional().meta({ description: "Results of each agent; default 8." }),
      pageSize: queryCount(1, 100).optional(),
      pageToken: queryText.optional(),
    }),
    answer: z.object({ benchmarks: z.array(resultsSchema), nextPageToken }),
  }),
  system: defineRoute({
    ...get,
    ...{ path: "/system", group: "operation" },
    summary: "the ledger's size and head, and how far the live streams are behind it",
    answer: systemSchema,
  }),
};
