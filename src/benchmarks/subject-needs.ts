// What a benchmark needs beside its agent: the keys of the models that judge it.

import { type JudgeServers, judgesOf, needsOfJudges } from "../scorers/judge-questions.ts";
import type { Benchmark } from "./benchmark.ts";

/**
 * Names of environment variables, without which its judge could not be asked.
 * @param servers Providers that the project's configuration adds. @throws `model.unknown`
 */
export function needsOf(
  { groundTruth, steps }: Pick<Benchmark, "groundTruth" | "steps">,
  servers: JudgeServers = [],
): string[] {
  const truths = [groundTruth, ...steps.flatMap((step) => step.groundTruth ?? [])];
  return needsOfJudges(truths.flatMap(judgesOf), servers);
}

/** The part of a run's subject that says what it needs; nothing where it needs nothing. */
export function needsPart(needs: readonly string[]): { needs?: string[] } {
  return needs.length === 0 ? {} : { needs: [...needs] };
}
