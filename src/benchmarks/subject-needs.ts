// What a benchmark needs beside its agent: the keys of the models that judge it.

import { judgesOf, needsOfJudges } from "../scorers/judge-questions.ts";
import type { Benchmark } from "./benchmark.ts";

/** Names of environment variables, without which its judge could not be asked. @throws `model.unknown` */
export function needsOf({ groundTruth, steps }: Pick<Benchmark, "groundTruth" | "steps">): string[] {
  const truths = [groundTruth, ...steps.flatMap((step) => step.groundTruth ?? [])];
  return needsOfJudges(truths.flatMap(judgesOf));
}

/** The part of a run's subject that says what it needs; nothing where it needs nothing. */
export function needsPart(needs: readonly string[]): { needs?: string[] } {
  return needs.length === 0 ? {} : { needs: [...needs] };
}
