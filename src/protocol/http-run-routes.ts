// Routes of runs: list, detail, start, verbs, deletion.

import { z } from "zod";
import { runKinds, runLimitsPatch } from "../core/limits.ts";
import { runStatuses } from "../core/moves.ts";
import {
  byId,
  givenId,
  label,
  labelMap,
  nextPageToken,
  paging,
  queryFlag,
  queryText,
  queryTime,
} from "./http-fields.ts";
import { perRunSchema, priorities, runSchema } from "./http-resources.ts";
import { defineRoute } from "./http-route.ts";

/** Ids of one batch: each is a transaction of its own. */
const batchIdsMax = 500;
const seed = z.number().int().min(0).max(0xffff_ffff);
const graceMs = z.number().int().min(0).max(3_600_000);

/** What a start of runs may say beside what is run. */
export const startFields = {
  name: z.string().min(1).max(200).nullable().optional(),
  labels: labelMap.optional(),
  priority: z.enum(priorities).optional(),
  limits: runLimitsPatch.optional().meta({ description: "Over those of the file; null lifts one." }),
  retries: z.number().int().min(0).max(100).optional().meta({ description: "Further tries by policy." }),
};

const newRunSchema = z
  .strictObject({
    benchmark: z.string().min(1).max(200).optional().meta({ description: "Id of a benchmark of the catalog." }),
    inline: z
      .strictObject({ id: z.string().min(1).max(80), yaml: z.string().max(256 * 1024) })
      .optional()
      .meta({ description: "A benchmark that is in no catalog: its id and its YAML, without files beside it." }),
    command: z.string().min(1).max(200).optional().meta({ description: "Name of a command of the configuration." }),
    agent: z.string().min(1).max(200).optional().meta({ description: "Default: the server's default agent." }),
    seed: seed.optional(),
    id: givenId.optional(),
    ...startFields,
  })
  .refine((body) => [body.benchmark, body.inline, body.command].filter((one) => one !== undefined).length === 1, {
    error: "give one of benchmark, inline and command",
  })
  .meta({ id: "NewRun" });
export type NewRun = z.output<typeof newRunSchema>;

const batch = z.strictObject({ ids: z.array(z.string().max(200)).min(1).max(batchIdsMax) });
const batchAnswer = z.object({ results: z.array(perRunSchema) });

/** Filters of a list of runs. */
const runFilterFields = {
  status: z.array(z.enum(runStatuses)).max(runStatuses.length).optional(),
  kind: z.enum(runKinds).optional(),
  benchmark: queryText.optional(),
  scenario: queryText.optional(),
  agent: queryText.optional(),
  label: label.optional().meta({ description: "KEY=VALUE" }),
  passed: queryFlag.optional(),
  experiment: queryText.optional(),
  since: queryTime.optional(),
  until: queryTime.optional(),
};

export const runRoutes = {
  listRuns: defineRoute({
    ...{ method: "get", path: "/runs", group: "runs", scope: "read", status: 200 },
    summary: "runs, newest first",
    query: z.strictObject({ ...runFilterFields, order: z.enum(["newest", "oldest"]).optional(), ...paging }),
    answer: z.object({
      runs: z.array(runSchema),
      nextPageToken,
      cursor: z.string().meta({ description: "For /events: from there on nothing of this page is missed." }),
    }),
  }),
  createRun: defineRoute({
    ...{ method: "post", path: "/runs", group: "runs", scope: "write", status: 201 },
    summary: "queues a run",
    body: newRunSchema,
    isIdempotent: true,
    location: "/runs/{id}",
    answer: runSchema,
    problems: [404, 409, 422],
  }),
  getRun: defineRoute({
    ...{ method: "get", path: "/runs/{id}", group: "runs", scope: "read", status: 200 },
    summary: "one run, from the ledger alone",
    params: byId,
    answer: runSchema,
    problems: [404, 410],
  }),
  deleteRun: defineRoute({
    ...{ method: "delete", path: "/runs/{id}", group: "runs", scope: "write", status: 200 },
    summary: "deletes a run; an active one only with force, which cancels it first",
    params: byId,
    query: z.strictObject({ force: queryFlag.optional() }),
    answer: perRunSchema,
    problems: [404, 409, 410],
  }),
  batchDelete: defineRoute({
    ...{ method: "post", path: "/runs:batchDelete", group: "runs", scope: "write", status: 200 },
    summary: "deletes runs, each on its own",
    body: batch.extend({ force: z.boolean().optional() }),
    answer: batchAnswer,
  }),
  batchCancel: defineRoute({
    ...{ method: "post", path: "/runs:batchCancel", group: "runs", scope: "write", status: 200 },
    summary: "cancels runs, each on its own",
    body: batch.extend({ graceMs: graceMs.optional() }),
    answer: batchAnswer,
  }),
  batchRetry: defineRoute({
    ...{ method: "post", path: "/runs:batchRetry", group: "runs", scope: "write", status: 200 },
    summary: "puts ended runs back in the queue, each on its own",
    body: batch,
    answer: batchAnswer,
  }),
  cancelRun: defineRoute({
    ...{ method: "post", path: "/runs/{id}:cancel", group: "runs", scope: "write", status: 200 },
    summary: "asks for a cancel; the run is cancelled when its processes are seen gone",
    params: byId,
    body: z.strictObject({ graceMs: graceMs.optional() }),
    isBodyOptional: true,
    answer: runSchema,
    problems: [404, 409, 410],
  }),
  pauseRun: defineRoute({
    ...{ method: "post", path: "/runs/{id}:pause", group: "runs", scope: "write", status: 200 },
    summary: "asks for a pause at the next safe point",
    params: byId,
    answer: runSchema,
    problems: [404, 409, 410],
  }),
  resumeRun: defineRoute({
    ...{ method: "post", path: "/runs/{id}:resume", group: "runs", scope: "write", status: 200 },
    summary: "puts a paused run back in the queue",
    params: byId,
    answer: runSchema,
    problems: [404, 409, 410],
  }),
  retryRun: defineRoute({
    ...{ method: "post", path: "/runs/{id}:retry", group: "runs", scope: "write", status: 200 },
    summary: "puts a run that failed, timed out, was lost or cancelled back in the queue",
    params: byId,
    answer: runSchema,
    problems: [404, 409, 410],
  }),
  againRun: defineRoute({
    ...{ method: "post", path: "/runs/{id}:again", group: "runs", scope: "write", status: 201 },
    summary: "queues a new run with the same content, agent and seed",
    params: byId,
    isIdempotent: true,
    location: "/runs/{id}",
    answer: runSchema,
    problems: [404, 409, 410],
  }),
};
