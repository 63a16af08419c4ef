// The run as JSON, the same for `--json`, the API and its clients. Its keys are a promise: they are added to, never
// renamed.

import type { Computed, Liveness, WaitingOn, WaitReason } from "../core/computed.ts";
import type { LedgerEvent, RunError, Scoring, Usage } from "../core/events.ts";
import type { RunKind } from "../core/limits.ts";
import type { RunStatus } from "../core/moves.ts";
import { conditionOf } from "../core/plan-experiment.ts";
import { type Run, usageOf } from "../core/run.ts";
import { begunAt, endedMsOf } from "../core/run-time.ts";

export type RunResource = {
  id: string;
  kind: RunKind;
  subject: Run["subject"];
  agent: Run["agent"];
  name: string | null;
  experimentId: string | null;
  trial: number;
  seed: number | null;
  labels: Record<string, string>;
  priority: Run["priority"];
  status: RunStatus;
  endedBy: string | null;
  passed: boolean | null;
  score: number | null;
  minScore: number | null;
  scoring: Scoring | null;
  error: RunError | null;
  phase: string | null;
  progress: Run["progress"];
  step: Run["step"];
  stepsDone: number;
  liveness: Liveness | null;
  waitingFor: WaitReason[];
  waitingOn: WaitingOn | null;
  computedAt: string;
  /** Number of the present or last attempt; 0 before the first. */
  attempt: number;
  /** When its first line was taken; null before. */
  attemptStartedAt: string | null;
  /** Who supervises or supervised it. */
  worker: string | null;
  cancel: Run["cancel"];
  /** Of an experiment's cell: the name of its condition. */
  condition: string | null;
  limits: Run["limits"];
  againOf: string | null;
  imported: boolean;
  late: Run["late"];
  queuedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** Milliseconds that its ended attempts took together, without what lies between them. */
  workedMs: number;
  usage: Usage;
  seq: number;
  position: number;
  /** Paths of files made from this run; only those that exist. */
  files: { session?: string };
  /** Whether the benchmark's file, or what was upserted, is another now than the run was of; null: not to be said. */
  isChangedSince: boolean | null;
};

/** The resource of a run; `files.session` is given where the session file exists. */
export function runResource(
  run: Run,
  computed: Computed,
  files: RunResource["files"],
  isChangedSince: boolean | null = null,
): RunResource {
  return {
    id: run.id,
    kind: run.kind,
    subject: run.subject,
    agent: run.agent,
    name: run.name,
    experimentId: run.experimentId,
    trial: run.trial,
    seed: run.seed,
    labels: run.labels,
    priority: run.priority,
    status: run.status,
    endedBy: run.endedBy,
    passed: run.passed,
    score: run.score,
    minScore: run.minScore,
    scoring: run.scoring,
    error: run.error,
    phase: run.phase,
    progress: run.progress,
    step: run.step,
    stepsDone: run.stepsDone,
    ...computed,
    attempt: run.attempt?.number ?? 0,
    attemptStartedAt: begunAt(run),
    worker: run.attempt?.worker ?? null,
    cancel: run.cancel,
    condition: conditionOf(run),
    limits: run.limits,
    againOf: run.againOf,
    imported: run.imported,
    late: run.late,
    queuedAt: run.queuedAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    workedMs: endedMsOf(run),
    usage: usageOf(run),
    seq: run.seq,
    position: run.position,
    files,
    isChangedSince,
  };
}

/** An event in the envelope of the API. */
export function eventResource(event: LedgerEvent): Record<string, unknown> {
  const { position, runId, seq, attempt, v, type, at, recordedAt, actor, data } = event;
  return { position, runId, seq, attempt, v, type, at, recordedAt, actor, data };
}
