// A benchmark as read from its file, in parts that go different ways: the task, which the runner's spec file may hold;
// the ground truth and the solution, which never come within an agent's reach. Keys are spelled as in the file.

import type { Json } from "../core/document-value.ts";
import type { RunLimitsPatch } from "../core/limits.ts";
import type { PlannedCall } from "../core/tool.ts";
import type { GroundTruth } from "../scorers/ground-truth.ts";
import type { ScoringProfile } from "../scorers/score-run.ts";

/** A step of a flow, as an agent may know it. */
export type FlowStep = {
  step: string;
  description: string | null;
  prompt: string;
  /** Earlier steps without whose success this one is not begun. */
  depends_on: string[];
  /** Its failure ends the flow. */
  critical: boolean;
  /** Null: as long as `agent_s` of the run. */
  timeout_s: number | null;
  /** What the agent brings along: what the world has become, or also all that was said and done. */
  carry: "state" | "conversation";
};

/** What an agent must not know of a step; the same place in its list as the step in the flow. */
export type StepTruth = { weight: number; groundTruth: GroundTruth | null; solution: PlannedCall[] };

export type BenchmarkTask = {
  id: string;
  /** As it was named when it was read; for messages only. */
  file: string;
  environment: string;
  /** Entries as the environment's format parsed them, with the contents of the files that they name. */
  initial_state: readonly unknown[];
  environment_options: unknown;
  /** Empty if there is a flow. */
  prompt: string;
  flow: FlowStep[] | null;
  tools: "all" | string[];
  limits: RunLimitsPatch;
  scoring: ScoringProfile;
};

export type Benchmark = {
  /** `<id>` of the file, or `<id>/<case id>`. */
  id: string;
  description: string;
  tags: string[];
  metadata: Record<string, Json>;
  /** `sha256:` and the hash of the content, whatever its layout, comments and order of keys; files it names included. */
  digest: string;
  task: BenchmarkTask;
  groundTruth: GroundTruth;
  /** One for each step of the flow; empty without one. */
  steps: StepTruth[];
  /** Null if the file has none; a flow's is with its steps. */
  solution: PlannedCall[] | null;
  /** Absolute paths that tell the ground truth: kept out of sight of what an agent starts. No part of its content. */
  conceal: string[];
  /** Absolute paths of the files that it names, such as its cases. */
  beside: string[];
};
