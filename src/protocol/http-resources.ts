// The resources of the HTTP API as schemas. `--json` of the command line prints the same shapes; keys are a promise:
// they are added to, never renamed.

import { z } from "zod";
import { agentSchema, runErrorSchema, scoringSchema, usageSchema } from "../core/events.ts";
import { runKinds } from "../core/limits.ts";
import { runStatuses } from "../core/moves.ts";

const text = z.string();
const nullable = <T extends z.ZodType>(schema: T) => schema.nullable();
const count = z.number().int().nonnegative();
export const time = text.meta({ format: "date-time", description: "RFC 3339, UTC, with milliseconds." });
const runId = text.meta({ format: "uuid", description: "A run's id." });
export const digest = text.regex(/^sha256:[0-9a-f]{64}$/);
export const priorities = ["high", "normal", "low"] as const;

/** A named schema: it is a component of the OpenAPI document. */
const named = <T extends z.ZodType>(id: string, schema: T): T => schema.meta({ id });

const subjectSchema = named(
  "Subject",
  z.object({
    ...{ kind: z.enum(runKinds), id: text, digest },
    needs: z.array(text).optional().meta({ description: "Variables without which its judge could not be asked." }),
    conceal: z.array(text).optional().meta({ description: "Paths that its programs do not see." }),
  }),
);
export const agentResource = named("Agent", agentSchema);
const progressSchema = z.object({ done: nullable(z.number()), total: nullable(z.number()), message: nullable(text) });
const livenessSchema = named(
  "Liveness",
  z.object({
    state: z.enum(["live", "stale", "unsupervised", "unknown"]),
    lastHeardAt: time,
    since: nullable(time),
    endsItselfAt: nullable(time),
  }),
);
const waitReasonSchema = named(
  "WaitReason",
  z.object({ reason: z.enum(["worker", "limit", "retry", "held"]), message: text, until: nullable(time) }),
);

export const runSchema = named(
  "Run",
  z.object({
    id: runId,
    kind: z.enum(runKinds),
    subject: subjectSchema,
    agent: nullable(agentResource),
    name: nullable(text),
    experimentId: nullable(text),
    trial: count,
    seed: nullable(count),
    labels: z.record(text, text),
    priority: z.enum(priorities),
    status: z.enum(runStatuses),
    endedBy: nullable(text),
    passed: nullable(z.boolean()),
    score: nullable(z.number().min(0).max(1)),
    minScore: nullable(z.number()),
    scoring: nullable(scoringSchema),
    error: nullable(runErrorSchema),
    phase: nullable(text),
    progress: nullable(progressSchema),
    step: nullable(z.object({ name: text, since: time })),
    stepsDone: count,
    liveness: nullable(livenessSchema),
    waitingFor: z.array(waitReasonSchema),
    waitingOn: nullable(z.object({ what: text, since: time, ms: z.number(), note: nullable(text) })),
    computedAt: time,
    attempt: count.meta({ description: "The present or last attempt; 0 before the first." }),
    attemptStartedAt: nullable(time).meta({ description: "When its first line was taken; null before." }),
    worker: nullable(text).meta({ description: "Who supervises or supervised it." }),
    cancel: nullable(z.object({ requestedAt: time, by: text, graceMs: count })),
    condition: nullable(text).meta({ description: "Of an experiment's cell: the name of its condition." }),
    limits: z.record(text, nullable(z.number())),
    againOf: nullable(runId),
    imported: z.boolean(),
    late: nullable(z.object({ records: count, claims: nullable(text), score: nullable(z.number()) })),
    queuedAt: time,
    startedAt: nullable(time),
    endedAt: nullable(time),
    workedMs: count.meta({
      description:
        "Milliseconds that its ended attempts took together, without what lies between them. The present one began at `attemptStartedAt`.",
    }),
    usage: usageSchema,
    seq: count,
    position: count,
    files: z.object({ session: text.optional() }),
    isChangedSince: nullable(z.boolean()).meta({
      description:
        "True: the benchmark of this id holds something else now than the run was of. Null: none can be read.",
    }),
  }),
);
export type RunBody = z.infer<typeof runSchema>;

/** The whole fold as the ledger keeps it, from which a program that has core's evolve goes on. */
export const foldSchema = z.record(text, z.unknown()).meta({
  description: "The run's whole fold: what evolve of core/run.ts takes and gives. Its fields are those of this build.",
});

export const runCountSchema = named(
  "RunCount",
  z.object({ status: z.enum(runStatuses), passed: nullable(z.boolean()), runs: count }),
);

export const eventSchema = named(
  "Event",
  z.object({
    position: count,
    runId: nullable(runId),
    seq: count,
    attempt: nullable(count),
    v: count,
    type: text,
    at: time,
    recordedAt: time,
    actor: text,
    data: z.record(text, z.unknown()),
  }),
);
export type EventBody = z.infer<typeof eventSchema>;

/** RFC 9457; `data` holds what machines can use: near names, candidates, the present status. */
export const problemSchema = named(
  "Problem",
  z.object({
    type: text,
    title: text,
    status: z.number().int(),
    code: text,
    detail: text,
    fix: text,
    instance: text,
    data: z.record(text, z.unknown()),
  }),
);
export type ProblemBody = z.infer<typeof problemSchema>;

/** What became of one id of several. */
export const perRunSchema = named("PerRun", z.object({ id: text, result: text, problem: nullable(problemSchema) }));
export type PerRunBody = z.infer<typeof perRunSchema>;

const experimentSummaryFields = {
  planned: count,
  deleted: z.number().int(),
  queued: count,
  paused: count,
  running: count,
  ended: count,
  scored: count,
  passed: count,
  below: count,
  countedAsZero: z.record(text, count),
  unscored: z.record(text, count),
  passRate: z.number(),
  interval: z.tuple([z.number(), z.number()]),
  mean: nullable(z.number()),
  tokens: count,
  costUsd: nullable(z.number()),
};

export const experimentSchema = named(
  "Experiment",
  z.object({
    id: text,
    name: nullable(text),
    file: nullable(text),
    sources: z.array(text),
    subjects: z.object({ kind: z.enum(runKinds), count, ids: z.array(text) }),
    agents: z.array(agentResource),
    conditions: z.array(z.object({ name: nullable(text), set: z.record(text, z.unknown()) })),
    trials: count,
    seeds: z.object({ mode: z.literal("paired"), base: count }),
    jobs: count,
    who: text,
    plannedAt: time,
    position: count,
    ...experimentSummaryFields,
    groups: z.array(z.object({ ...experimentSummaryFields, agent: text, condition: nullable(text) })),
  }),
);
export type ExperimentBody = z.infer<typeof experimentSchema>;

export const findingSchema = named(
  "Finding",
  z.object({ runId: nullable(text), position: nullable(z.number()), kind: text, detail: text }),
);

export const limitSchema = named("Limit", z.object({ key: text, max: count, used: count }));

export const workerSchema = named(
  "Worker",
  z.object({
    id: text,
    place: z.object({ bootId: text, pidns: text, home: text.optional() }),
    pid: count,
    startedAt: time,
    slots: count,
    freeSlots: nullable(count),
    can: z.object({ kinds: z.array(z.enum(runKinds)), agents: nullable(z.array(text)), labels: z.record(text, text) }),
    build: text,
    isAlive: z.boolean(),
    isDraining: z.boolean(),
  }),
);
