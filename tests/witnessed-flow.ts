// A flow whose steps each leave a line in a file outside of the run: what happened is read there, whatever the ledger
// says of it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentIdentity } from "../src/agents/known-agents.ts";
import { parseBenchmark } from "../src/benchmarks/format.ts";
import { contentOfBenchmark } from "../src/benchmarks/subject-content.ts";
import { effectiveLimits } from "../src/core/limits.ts";
import type { Scene } from "./scene.ts";

export type WitnessedFlow = {
  /** The benchmark file. */
  file: string;
  /** What to queue. */
  benchmark: Parameters<Scene["queue"]>[0];
  /** Names of the steps that were done, in their order, each as often as it was done. */
  witnessed(): string[];
  /** Lets the step that waits go on to its end. */
  open(step: number): void;
};

/**
 * Steps 1 to `steps`, in a workspace. Each writes its number and takes `stepS`; those in `gates` take until they are
 * opened.
 */
export function witnessedFlow(
  { folder }: Pick<Scene, "folder">,
  { steps, stepS = 0, gates = [] }: { steps: number; stepS?: number; gates?: readonly number[] },
): WitnessedFlow {
  const witness = join(folder, "witness");
  const gate = (step: number): string => join(folder, `gate-${step}`);
  const command = (step: number): string => {
    const rest = gates.includes(step) ? `until [ -e '${gate(step)}' ]; do sleep 0.02; done` : `sleep ${stepS}`;
    return `echo ${step} >> '${witness}' && ${rest} && echo ${step} >> done.txt`;
  };
  const flow = Array.from({ length: steps }, (_, index) => ({
    step: String(index + 1),
    prompt: `Do step ${index + 1}.`,
    solution: [{ tool: "run_command", args: { command: command(index + 1) } }],
    ground_truth: {
      final_state_assertions: [{ type: "FileMatches", path: "done.txt", pattern: `(^|\\n)${index + 1}\\n` }],
    },
  }));
  const file = join(folder, "witnessed.yml");
  const text = JSON.stringify({
    description: "Steps that leave a line outside.",
    environment: "workspace",
    initial_state: [{ file: "README.txt", content: "Nothing is done yet.\n" }],
    flow,
    ground_truth: {},
  });
  writeFileSync(file, text);
  const benchmark = parseBenchmark(text, file);
  return {
    file,
    benchmark: {
      kind: "benchmark",
      content: contentOfBenchmark(benchmark),
      agent: agentIdentity("deterministic"),
      minScore: benchmark.groundTruth.min_score,
      limits: effectiveLimits("benchmark", benchmark.task.limits),
      seed: 7,
    },
    witnessed: () => (existsSync(witness) ? readFileSync(witness, "utf8").split("\n").filter(Boolean) : []),
    open: (step) => writeFileSync(gate(step), ""),
  };
}
