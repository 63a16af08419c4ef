// Routes of operation: health, metrics, workers, the queue, limits, verification, and the document of all routes.

import { z } from "zod";
import { nextPageToken, paging } from "./http-fields.ts";
import { findingSchema, limitSchema, runSchema, time, workerSchema } from "./http-resources.ts";
import { defineRoute } from "./http-route.ts";

const text = z.string();
const count = z.number().int().nonnegative();
const get = { method: "get", group: "operation", status: 200 } as const;

export const operationRoutes = {
  health: defineRoute({
    ...get,
    ...{ path: "/health", scope: "open" },
    summary: "whether the process answers; it does while the ledger is away",
    answer: z.object({ status: z.literal("ok"), version: text, uptimeS: z.number() }),
  }),
  ready: defineRoute({
    ...get,
    ...{ path: "/ready", scope: "open" },
    summary: "whether it can work, and if not, why",
    answer: z.object({
      isReady: z.boolean(),
      reasons: z.array(text),
      ledger: z.object({ state: z.enum(["opening", "open", "unreachable"]), url: text.nullable() }),
      worker: z
        .object({ slots: count, running: count, isDraining: z.boolean() })
        .nullable()
        .meta({ description: "Null: this server supervises no runs itself." }),
    }),
    problems: [503],
  }),
  metrics: defineRoute({
    ...get,
    ...{ path: "/metrics", scope: "read" },
    summary: "figures as Prometheus text",
    answer: null,
    also: ["text/plain"],
  }),
  openapi: defineRoute({
    ...get,
    ...{ path: "/openapi.json", scope: "open" },
    summary: "this document",
    answer: z.record(text, z.unknown()),
  }),
  listWorkers: defineRoute({
    ...get,
    ...{ path: "/workers", scope: "read" },
    summary: "workers that take runs from the queue",
    answer: z.object({ workers: z.array(workerSchema), computedAt: time }),
  }),
  queue: defineRoute({
    ...get,
    ...{ path: "/queue", scope: "read" },
    summary: "what waits, oldest first, and why",
    query: z.strictObject(paging),
    answer: z.object({
      runs: z.array(runSchema),
      nextPageToken,
      queued: count,
      oldestQueuedAt: time.nullable(),
    }),
  }),
  listLimits: defineRoute({
    ...get,
    ...{ path: "/limits", scope: "read" },
    summary: "limits over all workers, with what is in use",
    answer: z.object({ limits: z.array(limitSchema) }),
  }),
  setLimit: defineRoute({
    ...{ method: "put", path: "/limits", group: "operation", scope: "write", status: 200 },
    summary: "sets a limit on runs at once; null lifts it",
    body: z.strictObject({
      key: text.min(1).max(500).meta({ description: "agent:NAME, provider:NAME or label:KEY=VALUE" }),
      max: count.max(10_000).nullable(),
    }),
    answer: z.object({ limits: z.array(limitSchema) }),
  }),
  verify: defineRoute({
    ...{ method: "post", path: "/verify", group: "operation", scope: "write", status: 200 },
    summary: "re-folds runs and compares ledger, journals and files",
    body: z.strictObject({ ids: z.array(text.max(200)).min(1).max(500).optional() }),
    isBodyOptional: true,
    answer: z.object({ isClean: z.boolean(), findings: z.array(findingSchema), hasMore: z.boolean() }),
    problems: [404, 410],
  }),
};
