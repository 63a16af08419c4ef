// The digest of a benchmark's content, under which its runs name it.

import { createHash } from "node:crypto";
import type { Benchmark } from "../benchmarks/benchmark.ts";
import { contentOfBenchmark } from "../benchmarks/subject-content.ts";

const digests = new WeakMap<Benchmark, string>();

/** The digest that runs of this benchmark carry. */
export function subjectDigest(benchmark: Benchmark): string {
  const known = digests.get(benchmark) ?? digestOf(JSON.stringify(contentOfBenchmark(benchmark)));
  digests.set(benchmark, known);
  return known;
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text, "utf8").digest("hex")}`;
}
