// Benchmarks that a request brings along: parsed like files, with the files beside them that came in the same request.

import type { Benchmark } from "../benchmarks/benchmark.ts";
import { noFilesBeside } from "../benchmarks/files-beside.ts";
import { parseBenchmarks } from "../benchmarks/format.ts";
import { RunledgerError } from "../core/errors.ts";
import type { InlineBenchmark } from "../protocol/http-run-routes.ts";
import { givenFiles } from "./given-files.ts";

const idPattern = /^[a-z0-9][a-z0-9._-]{0,79}$/;

/** Every case of one. @throws RunledgerError `request.invalid`, `benchmark.*` */
export function inlineBenchmarks({ id, yaml, file, files = [] }: InlineBenchmark): Benchmark[] {
  if (!idPattern.test(id)) {
    throw new RunledgerError("request.invalid", "an inline benchmark's id is 1 to 80 of a-z 0-9 . _ -");
  }
  return parseBenchmarks(yaml, file ?? `${id}.yml`, files.length === 0 ? noFilesBeside() : givenFiles(files));
}

/** The one benchmark of it. @throws RunledgerError `request.invalid` for one with cases */
export function inlineBenchmark(inline: InlineBenchmark): Benchmark {
  const [benchmark, ...others] = inlineBenchmarks(inline);
  if (benchmark !== undefined && others.length === 0) return benchmark;
  throw new RunledgerError("request.invalid", `${inline.id} holds ${others.length + 1} cases, and a run is of one`);
}
