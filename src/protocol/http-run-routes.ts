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
import { foldSchema, perRunSchema, priorities, runCountSchema, runSchema } from "./http-resources.ts";
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

/** Files beside one inline benchmark. */
const inlineFilesMax = 2_000;

export const inlineBenchmark = z
  .strictObject({
    id: z.string().min(1).max(80),
    yaml: z.string().max(256 * 1024),
    file: z.string().min(1).max(500).optional().meta({ description: "What its faults name it by; nothing is read." }),
    files: z
      .array(
        z.strictObject({
          path: z.string().min(1).max(1_000),
          executable: z.boolean().optional(),
          content: z.union([z.strictObject({ text: z.string() }), z.strictObject({ base64: z.base64() })]),
        }),
      )
      .max(inlineFilesMax)
      .optional()
      .meta({ description: "Files that the YAML names, by their paths beside it." }),
  })
  .meta({ id: "InlineBenchmark", description: "A benchmark that is in no catalog." });
export type InlineBenchmark = z.output<typeof inlineBenchmark>;

const newRunSchema = z
  .strictObject({
    benchmark: z.string().min(1).max(200).optional().meta({ description: "Id of a benchmark of the catalog." }),
    inline: inlineBenchmark.optional(),
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

/** What is asked of one run, and answered with the run after it. */
const runVerb = {
  method: "post",
  group: "runs",
  scope: "write",
  status: 200,
  params: byId,
  answer: runSchema,
  problems: [404, 409, 410],
} as const;

/** Filters of a list of runs. */
const runFilterFields = {
  status: z.array(z.enum(runStatuses)).max(runStatuses.length).optional(),
  kind: z.enum(runKinds).optional(),
  subject: queryText.optional().meta({ description: "Id of what is run, whatever its kind." }),
  benchmark: queryText.optional(),
  scenario: queryText.optional(),
  text: queryText.optional().meta({ description: "Beginning of the id of what is run." }),
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
    query: z.strictObject({
      ...runFilterFields,
      order: z.enum(["newest", "oldest"]).optional(),
      tail: z
        .string()
        .regex(/^[0-9a-f]{4,12}$/)
        .optional()
        .meta({ description: "Last hex digits of the id; stands alone." }),
      counts: queryFlag.optional().meta({ description: "true: also how many runs there are of each status." }),
      fold: queryFlag.optional().meta({ description: "true: also the whole fold of each run." }),
      ...paging,
    }),
    answer: z.object({
      runs: z.array(runSchema),
      folds: z.array(foldSchema).optional().meta({ description: "Those of the runs, in their order." }),
      counts: z.array(runCountSchema).optional().meta({
        description: "Of each status and verdict what the filter finds without its own status and passed.",
      }),
      countsAreWhole: z.boolean().optional().meta({
        description: "False: only the newest were counted, as many as one list may look at; of each there may be more.",
      }),
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
    ...runVerb,
    path: "/runs/{id}:cancel",
    summary: "asks for a cancel; the run is cancelled when its processes are seen gone",
    body: z.strictObject({ graceMs: graceMs.optional() }),
    isBodyOptional: true,
  }),
  pauseRun: defineRoute({
    ...runVerb,
    path: "/runs/{id}:pause",
    summary: "asks for a pause at the next safe point",
  }),
  resumeRun: defineRoute({
    ...runVerb,
    path: "/runs/{id}:resume",
    summary: "puts a paused run back in the queue",
  }),
  retryRun: defineRoute({
    ...runVerb,
    path: "/runs/{id}:retry",
    summary: "puts a run that failed, timed out, was lost or cancelled back in the queue",
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
