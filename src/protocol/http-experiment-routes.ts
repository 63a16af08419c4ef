// Routes of experiments.

import { z } from "zod";
import { byId, givenId, nextPageToken, paging, queryCount, queryText } from "./http-fields.ts";
import { eventSchema, experimentSchema, foldSchema } from "./http-resources.ts";
import { defineRoute } from "./http-route.ts";
import { inlineBenchmark, startFields } from "./http-run-routes.ts";

const name = z.string().min(1).max(200);

const newExperimentSchema = z
  .strictObject({
    benchmarks: z
      .array(name)
      .min(1)
      .max(1_000)
      .meta({ description: "Ids of benchmarks of the catalog, or of those that come inline." }),
    inline: z.array(inlineBenchmark).max(1_000).optional(),
    agents: z.array(name).min(1).max(50).optional(),
    conditions: z
      .array(
        z.strictObject({
          name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,79}$/),
          limits: startFields.limits,
        }),
      )
      .max(100)
      .optional(),
    trials: z.number().int().min(1).max(10_000).optional(),
    seed: z.number().int().min(0).max(0xffff_ffff).optional().meta({ description: "Of trial 1; default: random." }),
    jobs: z.number().int().min(1).max(256).optional(),
    id: givenId.optional(),
    ...startFields,
  })
  .meta({ id: "NewExperiment" });
export type NewExperiment = z.output<typeof newExperimentSchema>;

const verb = { method: "post", group: "experiments", scope: "write", status: 200, params: byId } as const;
/** Each run is asked on its own; what its present status does not allow is counted as left. */
const moved = z.object({ experiment: experimentSchema, changed: z.number().int(), left: z.number().int() });

const readExperiments = { method: "get", group: "experiments", scope: "read", status: 200 } as const;

export const experimentRoutes = {
  listExperiments: defineRoute({
    ...readExperiments,
    path: "/experiments",
    summary: "experiments, newest first",
    query: z.strictObject({
      tail: z
        .string()
        .regex(/^[0-9a-f]{4,12}$/)
        .optional()
        .meta({ description: "Last hex digits of the id." }),
      ...paging,
    }),
    answer: z.object({ experiments: z.array(experimentSchema), nextPageToken }),
  }),
  createExperiment: defineRoute({
    ...{ method: "post", path: "/experiments", group: "experiments", scope: "write", status: 201 },
    summary: "plans an experiment and queues all its runs, in one transaction",
    body: newExperimentSchema,
    isIdempotent: true,
    location: "/experiments/{id}",
    answer: experimentSchema,
    problems: [404, 409, 422],
  }),
  getExperiment: defineRoute({
    ...readExperiments,
    path: "/experiments/{id}",
    summary: "an experiment and what its runs add up to by now",
    params: byId,
    answer: experimentSchema,
    problems: [404],
  }),
  experimentState: defineRoute({
    ...readExperiments,
    path: "/experiments/{id}/state",
    summary: "the plan and the tallies that its sums are made of, as the ledger keeps them",
    params: byId,
    answer: z.object({ experiment: foldSchema }),
    problems: [404],
  }),
  experimentEvents: defineRoute({
    ...readExperiments,
    path: "/experiments/{id}/events",
    summary: "events of an experiment's runs; as a live stream with Accept: text/event-stream",
    params: byId,
    query: z.strictObject({ after: queryText.optional(), limit: queryCount(1, 1_000).optional() }),
    answer: z.object({ events: z.array(eventSchema), cursor: z.string(), hasMore: z.boolean() }),
    also: ["text/event-stream"],
    problems: [404, 409, 429],
  }),
  cancelExperiment: defineRoute({
    ...verb,
    path: "/experiments/{id}:cancel",
    summary: "cancels what has not ended",
    answer: moved,
    problems: [404],
  }),
  pauseExperiment: defineRoute({
    ...verb,
    path: "/experiments/{id}:pause",
    summary: "holds what waits, pauses what runs",
    answer: moved,
    problems: [404],
  }),
  resumeExperiment: defineRoute({
    ...verb,
    path: "/experiments/{id}:resume",
    summary: "puts back in the queue what is paused or was lost",
    answer: moved,
    problems: [404],
  }),
  retryExperiment: defineRoute({
    ...verb,
    path: "/experiments/{id}:retry",
    summary: "puts ended runs back in the queue",
    body: z.strictObject({
      only: z.enum(["unscored", "failed"]).optional().meta({
        description: "unscored: ended without their agent's doing (default); failed: all that broke.",
      }),
    }),
    isBodyOptional: true,
    answer: moved,
    problems: [404],
  }),
};
