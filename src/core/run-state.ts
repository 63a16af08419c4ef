// What a run is at one moment: the shape that the fold makes, the ledger keeps and every view shows.

import type { EventData, Place, RetryPolicy, RunError, Scoring, Usage } from "./events.ts";
import type { RunKind, RunLimits } from "./limits.ts";
import type { RunStatus } from "./moves.ts";

/** The try that is under way, or the last one. */
export type Attempt = {
  number: number;
  claimId: string;
  worker: string;
  place: Place;
  claimedAt: string;
  /** When its first journal line was taken; null before. */
  startedAt: string | null;
  pid: number | null;
  build: string | null;
  containment: "cgroup" | "pidns" | "sweep" | null;
  /** Since when nobody supervises it; null while somebody does. */
  orphanedAt: string | null;
  outcome: EventData<"attempt.ended">["outcome"] | null;
  /** When the runner said that it had finished, if nobody was there to see it end; null otherwise. */
  finishedAt: string | null;
  usage: Usage;
  /** What score.recorded said; it becomes the run's when the attempt completes. */
  recorded: { score: number | null; passed: boolean | null; scoring: Scoring | null } | null;
  endedBy: string | null;
};

/** A call that waits for its answer; `note` says how its tries went, once one has failed. */
export type OpenCall = { callId: string; what: string; since: string; note?: string };

export type Run = {
  id: string;
  kind: RunKind;
  subject: EventData<"run.queued">["subject"];
  agent: EventData<"run.queued">["agent"];
  name: string | null;
  params: Record<string, unknown>;
  experimentId: string | null;
  trial: number;
  seed: number | null;
  labels: Record<string, string>;
  priority: "high" | "normal" | "low";
  limits: RunLimits;
  retryPolicy: RetryPolicy;
  minScore: number | null;
  againOf: string | null;
  imported: boolean;
  who: string;

  status: RunStatus;
  endedBy: string | null;
  score: number | null;
  passed: boolean | null;
  scoring: Scoring | null;
  error: RunError | null;
  phase: string | null;
  progress: { done: number | null; total: number | null; message: string | null } | null;
  step: { name: string; since: string } | null;
  stepsDone: number;
  /** Tool and model calls without an answer yet, oldest first. */
  openCalls: OpenCall[];

  attempt: Attempt | null;
  /** Attempts that ended failed, timed out or lost since a person's last command; what the policy counts. */
  failuresInRow: number;
  givenBackInRow: number;
  /** When it was put in the queue the last time; its queue limit counts from here. */
  queuedSince: string;
  /** A queued run is not claimed before this. */
  notBefore: string | null;
  checkpoint: string | null;
  /** The steps as they were at the last checkpoint: an attempt that goes on from it goes on counting. */
  atCheckpoint?: Pick<Run, "step" | "stepsDone">;
  cancel: { requestedAt: string; graceMs: number; by: string } | null;
  deleteRequested: boolean;
  late: { records: number; claims: string | null; score: number | null } | null;

  queuedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  lastEventAt: string;
  /** Milliseconds that ended attempts took; not there before the first has ended. `workedMs` adds the present one. */
  endedMs?: number;
  /** Usage of ended attempts; `usageOf` adds the present one. */
  usageEnded: Usage;
  /** What of it attempts had used when one began anew; not there before the first that did. */
  usageBefore?: Usage;
  seq: number;
  position: number;
};
