// Runs as CSV (RFC 4180): one row a run, whole ids, UTC times, no rounding; what there is not is an empty field.

import { conditionOf } from "../core/plan-experiment.ts";
import { type Run, usageOf } from "../core/run.ts";
import { tookMs } from "../core/run-time.ts";

type Field = string | number | boolean | null;

const columns: Record<string, (run: Run) => Field> = {
  run: (run) => run.id,
  kind: (run) => run.kind,
  name: (run) => run.name,
  subject: (run) => run.subject.id,
  subject_digest: (run) => run.subject.digest,
  agent: (run) => run.agent?.name ?? null,
  agent_digest: (run) => run.agent?.digest ?? null,
  model: (run) => run.agent?.model ?? null,
  experiment: (run) => run.experimentId,
  condition: (run) => conditionOf(run),
  trial: (run) => run.trial,
  seed: (run) => run.seed,
  status: (run) => run.status,
  ended_by: (run) => run.endedBy,
  passed: (run) => run.passed,
  score: (run) => run.score,
  min_score: (run) => run.minScore,
  profile: (run) => run.scoring?.profile ?? null,
  error_code: (run) => run.error?.code ?? null,
  error_origin: (run) => run.error?.origin ?? null,
  error_message: (run) => run.error?.message ?? null,
  attempts: (run) => run.attempt?.number ?? 0,
  queued_at: (run) => run.queuedAt,
  started_at: (run) => run.startedAt,
  ended_at: (run) => run.endedAt,
  seconds: (run) => secondsOf(tookMs(run)),
  tokens: (run) => usageOf(run).tokens,
  cost_usd: (run) => usageOf(run).costUsd,
  model_calls: (run) => usageOf(run).modelCalls,
  tool_calls: (run) => usageOf(run).toolCalls,
  labels: ({ labels }) => (Object.keys(labels).length === 0 ? null : JSON.stringify(labels)),
  imported: (run) => run.imported,
};

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

/** Names of the columns, as the first row. */
export const csvHeader = csvRow(Object.keys(columns));

/** The row of a run. */
export function runCsvRow(run: Run): string {
  return csvRow(Object.values(columns).map((field) => field(run)));
}

function csvRow(fields: readonly Field[]): string {
  return `${fields.map(csvField).join(",")}\r\n`;
}

function csvField(field: Field): string {
  const text = field === null ? "" : String(field);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
