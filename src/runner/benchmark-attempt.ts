// What one attempt at a benchmark is given, and what comes of it.

import type { Agent } from "../agents/agent.ts";
import type { BenchmarkTask, StepTruth } from "../benchmarks/benchmark.ts";
import type { RunError, Usage } from "../core/events.ts";
import type { RunLimits } from "../core/limits.ts";
import type { WorkPlace } from "../environments/environment.ts";
import type { GroundTruth } from "../scorers/ground-truth.ts";
import type { Control, Emit } from "./agent-hands.ts";

export type BenchmarkAttempt = {
  task: BenchmarkTask;
  /** Kept from the agent: only the scorers see it. */
  groundTruth: GroundTruth;
  /** Likewise, of each step of a flow. */
  steps: readonly StepTruth[];
  agent: Agent;
  seed: number;
  /** The run's limits; those of the agent's loop are enforced here. */
  limits: RunLimits;
  emit: Emit;
  control: Control;
  /** Stops the agent at once, like a cancel that does not wait for the next safe point. */
  signal: AbortSignal;
  /** From a paused attempt: go on from there. */
  checkpoint: Uint8Array | null;
  /** Where a world may keep files and run programs; without it, one that needs that cannot be opened. */
  place?: WorkPlace | null;
};

export type BenchmarkResult = {
  outcome: "completed" | "failed" | "cancelled" | "paused";
  /** `agent`, or `limit:<name>`; null unless completed. */
  endedBy: string | null;
  score: number | null;
  passed: boolean | null;
  error: RunError | null;
  usage: Usage;
  /** What a later attempt goes on from; set exactly if paused. */
  checkpoint: Uint8Array | null;
};
