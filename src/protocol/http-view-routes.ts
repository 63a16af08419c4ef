// Routes of events, and of the views of one run that are folds of its events.

import { z } from "zod";
import { attemptOutcomes, runErrorSchema, scoringSchema, usageSchema } from "../core/events.ts";
import { byId, queryCount, queryText } from "./http-fields.ts";
import { eventSchema, foldSchema, time } from "./http-resources.ts";
import { defineRoute } from "./http-route.ts";

const text = z.string();
const count = z.number().int().nonnegative();
const json = z.unknown();

/** Items of one page of a view; further ones come with `after`. */
const viewItemsMax = 500;
/** Events of one page. */
const eventsMax = 1_000;

const afterSeq = queryCount(0, Number.MAX_SAFE_INTEGER);
const itemPaging = z.strictObject({ after: afterSeq.optional(), limit: queryCount(1, viewItemsMax).optional() });

/** Items of a run in the order of their events; `next` is the `after` of the next page, null at the end. */
function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: count.nullable() });
}

const attemptSchema = z.object({
  attempt: count,
  claimedSeq: count.meta({ description: "The event with which it begins; its events go to the next one's." }),
  claimedAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  worker: text,
  pid: count.nullable(),
  containment: text.nullable(),
  build: text.nullable(),
  adoptions: count,
  outcome: z.enum(attemptOutcomes).nullable(),
  endedBy: text.nullable(),
  error: runErrorSchema.nullable(),
  score: z.number().nullable(),
  passed: z.boolean().nullable(),
  usage: usageSchema.nullable(),
  evidence: z.record(text, json).nullable(),
});
export type AttemptBody = z.infer<typeof attemptSchema>;

const stepSchema = z.object({
  step: count,
  name: text.nullable(),
  description: text.nullable(),
  status: z.enum(["open", "completed", "failed"]),
  startedAt: time,
  endedAt: time.nullable(),
  actions: z.array(z.object({ callId: text, tool: text, args: z.record(text, json), at: time })),
  observations: z.array(z.record(text, json)),
});
export type StepBody = z.infer<typeof stepSchema>;

const messageSchema = z.object({ seq: count, at: time, attempt: count.nullable(), from: text, kind: text, text });
export type MessageBody = z.infer<typeof messageSchema>;

const transactionSchema = z.looseObject({
  seq: count,
  at: time,
  attempt: count.nullable(),
  signature: text,
  status: z.enum(["success", "failure"]),
  landed: z.boolean(),
  computeUnits: count,
  feeLamports: text,
  slot: count,
  instructions: z.array(z.record(text, json)),
  logs: z.array(text),
  error: text.nullable(),
});
export type TransactionBody = z.infer<typeof transactionSchema>;

const scoreSchema = z.object({
  seq: count,
  at: time,
  attempt: count.nullable(),
  step: text.nullable(),
  score: z.number().nullable(),
  passed: z.boolean().nullable(),
  minScore: z.number().nullable(),
  scoring: scoringSchema.nullable(),
});
export type ScoreBody = z.infer<typeof scoreSchema>;

const fileSchema = z.object({
  name: text,
  bytes: count,
  digest: text.nullable(),
  attempt: count.nullable(),
  at: time.nullable(),
});
export type FileBody = z.infer<typeof fileSchema>;

const view = { method: "get", group: "runs", scope: "read", status: 200, params: byId, problems: [404, 410] } as const;

export const viewRoutes = {
  runEvents: defineRoute({
    ...view,
    ...{ path: "/runs/{id}/events", group: "events" },
    summary: "events of a run by seq; as a live stream with Accept: text/event-stream",
    query: z.strictObject({
      after: afterSeq.optional(),
      before: afterSeq.optional().meta({ description: "Of a page: what is before this seq, newest first." }),
      types: z.array(queryText).max(50).optional().meta({ description: "Of a page: events of these types alone." }),
      limit: queryCount(1, eventsMax).optional(),
    }),
    answer: z.object({
      events: z.array(eventSchema),
      next: count.meta({
        description: "The `after` (or `before`) of the next page: the last seq that this one looked at.",
      }),
      hasMore: z.boolean(),
    }),
    also: ["text/event-stream"],
  }),
  runState: defineRoute({
    ...view,
    ...{ path: "/runs/{id}/state", group: "events" },
    summary: "the run's whole fold, as it is or as it was at one of its events",
    query: z.strictObject({ at: queryCount(1, Number.MAX_SAFE_INTEGER).optional().meta({ description: "A seq." }) }),
    answer: z.object({ run: foldSchema, seq: count }),
  }),
  runLink: defineRoute({
    ...view,
    ...{ path: "/runs/{id}/link", group: "events" },
    summary: "the hash link with which the append that ended with an event was closed",
    query: z.strictObject({ seq: queryCount(1, Number.MAX_SAFE_INTEGER) }),
    answer: z.object({ link: text.nullable().meta({ description: "Null: no append ended with this event." }) }),
  }),
  allEvents: defineRoute({
    ...{ method: "get", path: "/events", group: "events", scope: "read", status: 200 },
    summary: "events of the whole ledger in order; as a live stream with Accept: text/event-stream",
    query: z.strictObject({
      after: queryText.optional().meta({ description: "A cursor. Without it: the first page; a stream begins now." }),
      limit: queryCount(1, eventsMax).optional(),
      runs: z
        .literal("changes")
        .optional()
        .meta({ description: "Of a stream: the runs that changed, not their events." }),
    }),
    answer: z.object({
      events: z.array(eventSchema),
      cursors: z.array(text).meta({ description: "The cursor after each of the events." }),
      cursor: text,
      hasMore: z.boolean(),
    }),
    also: ["text/event-stream"],
    problems: [409, 429],
  }),
  runAttempts: defineRoute({
    ...view,
    path: "/runs/{id}/attempts",
    summary: "tries at the run, with what was seen of each end",
    answer: z.object({ attempts: z.array(attemptSchema), omitted: count }),
  }),
  runSteps: defineRoute({
    ...view,
    path: "/runs/{id}/steps",
    summary: "steps of the try that counts, with actions and observations",
    answer: z.object({ steps: z.array(stepSchema), omitted: count, answer: z.record(text, json).nullable() }),
  }),
  runMessages: defineRoute({
    ...view,
    path: "/runs/{id}/messages",
    summary: "what agents and programs said",
    query: itemPaging,
    answer: pageOf(messageSchema),
  }),
  runVariables: defineRoute({
    ...view,
    path: "/runs/{id}/variables",
    summary: "variables of a simulation as they stand",
    answer: z.object({
      variables: z.record(text, json),
      seq: count,
      note: text.nullable().meta({ description: "Why there can be none; null where a run has variables." }),
    }),
  }),
  runTransactions: defineRoute({
    ...view,
    path: "/runs/{id}/transactions",
    summary: "transactions on the Solana VM",
    query: itemPaging,
    answer: pageOf(transactionSchema),
  }),
  runScores: defineRoute({
    ...view,
    path: "/runs/{id}/scores",
    summary: "scores with their parts",
    query: itemPaging,
    answer: pageOf(scoreSchema),
  }),
  runLogs: defineRoute({
    ...view,
    path: "/runs/{id}/logs",
    summary: "what an attempt printed, from a byte offset",
    query: z.strictObject({
      attempt: queryCount(1, 1_000_000).optional(),
      stream: z.enum(["stdout", "stderr"]).optional(),
      offset: queryCount(0, Number.MAX_SAFE_INTEGER).optional(),
      limit: queryCount(1, 1024 * 1024).optional(),
    }),
    answer: z.object({
      attempt: count,
      stream: z.enum(["stdout", "stderr"]),
      offset: count,
      next: count.meta({ description: "The offset after what is here." }),
      isAtEnd: z.boolean(),
      bytes: count.meta({ description: "Bytes of the whole stream by now." }),
      writtenAt: time
        .nullable()
        .meta({ description: "When its file was written last; null if it is not on this host." }),
      cut: z
        .object({ from: count, to: count })
        .nullable()
        .meta({ description: "Offsets between which bytes of a long stream are kept nowhere any more." }),
      text: text.meta({ description: "UTF-8; a character is never cut in two. Bytes that are none become U+FFFD." }),
    }),
    also: ["text/plain"],
  }),
  runTrace: defineRoute({
    ...view,
    path: "/runs/{id}/trace",
    summary: "the trace as OTLP/JSON, or as a text tree",
    query: z.strictObject({ format: z.enum(["otlp", "text"]).optional() }),
    answer: z.object({ resourceSpans: z.array(z.record(text, json)), omitted: count }),
    also: ["text/plain"],
  }),
  runFlow: defineRoute({
    ...view,
    path: "/runs/{id}/flow",
    summary: "what was called in which order, as a Mermaid diagram",
    query: z.strictObject({
      attempt: queryCount(1, 1_000_000).optional().meta({ description: "Without it the newest." }),
    }),
    answer: null,
    also: ["text/plain"],
  }),
  runFiles: defineRoute({
    ...view,
    path: "/runs/{id}/files",
    summary: "files that the run kept",
    answer: z.object({ files: z.array(fileSchema) }),
  }),
  runFile: defineRoute({
    ...view,
    path: "/runs/{id}/files/{name}",
    summary: "one of them, as an attachment",
    params: byId.extend({ name: text.min(1).max(1_000) }),
    answer: null,
    also: ["application/octet-stream"],
  }),
};
