// Routes for clients that exist: their names and their snake_case, one body for all of them. Status words are ours; the
// docs have the table to the words that such clients may know.

import { z } from "zod";
import { runStatuses } from "../core/moves.ts";
import { queryText } from "./http-fields.ts";
import { time } from "./http-resources.ts";
import { defineRoute } from "./http-route.ts";

const text = z.string();
const name = z.string().min(1).max(200);
const byBenchmark = z.object({ benchmark_id: name });

/** The one body, to which log routes add their texts. */
const executionFields = {
  execution_id: text,
  benchmark_id: text,
  agent: text.nullable(),
  status: z.enum(runStatuses),
  progress: z.number().min(0).max(1).nullable(),
  score: z.number().nullable(),
  passed: z.boolean().nullable(),
  created_at: time,
  updated_at: time,
  error_message: text.nullable(),
  result_data: z.object({ success: z.boolean(), score: z.number().nullable() }).nullable(),
};
const executionSchema = z.object(executionFields).meta({ id: "Execution" });
export type ExecutionBody = z.infer<typeof executionSchema>;

const log = {
  method: "get",
  group: "existing clients",
  scope: "read",
  status: 200,
  params: byBenchmark,
  query: z.strictObject({
    execution_id: queryText.optional().meta({ description: "Default: the newest run of the benchmark." }),
    agent: queryText.optional(),
  }),
  problems: [404, 410],
} as const;
const traceAnswer = z.object({ ...executionFields, trace: text, is_running: z.boolean() });

export const existingClientRoutes = {
  clientRun: defineRoute({
    ...{ method: "post", path: "/benchmarks/{benchmark_id}/run", group: "existing clients", scope: "write" },
    summary: "queues a run of the benchmark",
    params: byBenchmark,
    body: z.strictObject({
      agent: name.optional(),
      execution_id: z.uuid().toLowerCase().optional(),
      seed: z.number().int().min(0).max(0xffff_ffff).optional(),
    }),
    isBodyOptional: true,
    isIdempotent: true,
    location: "/runs/{execution_id}",
    status: 201,
    answer: executionSchema,
    problems: [404, 409],
  }),
  clientStatus: defineRoute({
    ...{ method: "get", path: "/benchmarks/{benchmark_id}/status/{execution_id}", group: "existing clients" },
    ...{ scope: "read", status: 200 },
    summary: "one run of the benchmark",
    params: byBenchmark.extend({ execution_id: name }),
    answer: executionSchema,
    problems: [404, 410],
  }),
  clientNewestStatus: defineRoute({
    ...{ method: "get", path: "/benchmarks/{benchmark_id}/status", group: "existing clients" },
    ...{ scope: "read", status: 200 },
    summary: "the newest run of the benchmark, or of one agent on it",
    params: byBenchmark,
    query: z.strictObject({ agent: queryText.optional() }),
    answer: executionSchema,
    problems: [404],
  }),
  clientFlow: defineRoute({
    ...{ method: "get", path: "/flows/{session_id}", group: "existing clients", scope: "read", status: 200 },
    summary: "the run's calls as a Mermaid diagram; as a page with format=html",
    params: z.object({ session_id: name }),
    query: z.strictObject({ format: z.enum(["json", "html"]).optional() }),
    answer: z.object({
      session_id: text,
      diagram: text,
      metadata: z.object({
        benchmark_id: text,
        agent: text.nullable(),
        status: z.enum(runStatuses),
        tool_count: z.number().int(),
        step_count: z.number().int(),
        duration_ms: z.number().nullable(),
      }),
    }),
    also: ["text/html"],
    problems: [404, 410],
  }),
  clientExecutionLogs: defineRoute({
    ...log,
    path: "/execution-logs/{benchmark_id}",
    summary: "the run's trace as a text tree",
    answer: traceAnswer,
  }),
  clientFlowLogs: defineRoute({
    ...log,
    path: "/flow-logs/{benchmark_id}",
    summary: "the run's steps and calls as a Mermaid diagram",
    answer: traceAnswer,
  }),
  clientTransactionLogs: defineRoute({
    ...log,
    path: "/transaction-logs/{benchmark_id}",
    summary: "the run's transactions as text",
    answer: z.object({ ...executionFields, transaction_logs: text, is_running: z.boolean() }),
  }),
};
