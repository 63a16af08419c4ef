// A benchmark on its way through the ledger to a runner: one half that an agent may see, one that it may not.

import { basename } from "node:path";
import type { Benchmark } from "./benchmark.ts";

/** The two halves, with what names the content; its JSON text is the blob whose digest a run carries. */
export type BenchmarkContent = {
  v: 1;
  kind: "benchmark";
  id: string;
  public: Record<string, unknown>;
  secret: Record<string, unknown>;
};

/** What a runner needs of a benchmark. */
export type RunnableBenchmark = Pick<Benchmark, "task" | "groundTruth" | "steps" | "solution" | "conceal">;

/**
 * The content that a run of this benchmark names by digest. It says all that decides how a run goes and nothing of where
 * its file lies: one benchmark has one digest, in whatever folder, and by whatever path it was named.
 */
export function contentOfBenchmark(benchmark: Benchmark): BenchmarkContent {
  const { id, description, tags, metadata, task, groundTruth, steps, solution } = benchmark;
  return {
    v: 1,
    kind: "benchmark",
    id,
    public: { task: { ...task, file: basename(task.file) }, description, tags, metadata },
    secret: { groundTruth, steps, solution },
  };
}

/**
 * The benchmark out of the two halves; they were made by `contentOfBenchmark` and are of one ledger's blob.
 * @param conceal What the run's subject says of its files; contents of before it did so hold that themselves.
 */
export function benchmarkOfContent(
  content: Pick<BenchmarkContent, "public" | "secret">,
  conceal: readonly string[] = [],
): RunnableBenchmark {
  const benchmark = {
    ...{ steps: [], conceal: [...conceal] },
    ...content.public,
    ...content.secret,
  } as unknown as RunnableBenchmark;
  // Contents of before there were flows have none.
  return { ...benchmark, task: { ...benchmark.task, flow: benchmark.task.flow ?? null } };
}
