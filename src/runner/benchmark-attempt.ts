// What one attempt at a benchmark is given, and what comes of it.

import type { Agent } from "../agents/agent.ts";
import type { BenchmarkTask, StepTruth } from "../benchmarks/benchmark.ts";
import type { RunError, Usage } from "../core/events.ts";
import type { RunLimits } from "../core/limits.ts";
import type { Tool } from "../core/tool.ts";
import type { WorkPlace, World } from "../environments/environment.ts";
import type { GroundTruth } from "../scorers/ground-truth.ts";
import type { Control, Emit } from "./attempt-ports.ts";
import type { OpenModel } from "./model-source.ts";

/** What an agent has beside the world's own tools, for as long as it acts. */
export type Equipment = AsyncDisposable & { tools: readonly Tool[] };

export type BenchmarkAttempt = {
  task: BenchmarkTask;
  /** Kept from the agent: only the scorers see it. */
  groundTruth: GroundTruth;
  /** Likewise, of each step of a flow. */
  steps: readonly StepTruth[];
  agent: Agent;
  /** The name of the model that the agent asks; null, or absent, for an agent without one. */
  agentModel?: string | null;
  /** Opens models by name; where it is absent there are none. */
  openModel?: OpenModel;
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
  /** Called once the world is there, before the agent acts. */
  equip?(world: World): Promise<Equipment>;
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
