// A benchmark as read from its file, in three parts that go different ways: the task, which the runner's spec file may
// hold; the ground truth and the solution, which never come within an agent's reach. Keys are spelled as in the file.

import type { Json } from "../core/document-value.ts";
import type { RunLimitsPatch } from "../core/limits.ts";
import type { PlannedCall } from "../core/tool.ts";
import type { GroundTruth } from "../scorers/ground-truth.ts";
import type { ScoringProfile } from "../scorers/score-run.ts";

export type BenchmarkTask = {
  id: string;
  /** As it was named when it was read; for messages only. */
  file: string;
  environment: string;
  initial_state: readonly unknown[];
  environment_options: unknown;
  prompt: string;
  tools: "all" | string[];
  limits: RunLimitsPatch;
  scoring: ScoringProfile;
};

export type Benchmark = {
  id: string;
  description: string;
  tags: string[];
  metadata: Record<string, Json>;
  /** `sha256:` and the hash of the file's content, whatever its layout, comments and order of keys. */
  digest: string;
  task: BenchmarkTask;
  groundTruth: GroundTruth;
  /** Null if the file has none. */
  solution: PlannedCall[] | null;
};
