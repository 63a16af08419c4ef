// What a run's subject says beside its content: which keys the models need that judge it, and which paths are to be kept
// out of its programs' sight. Neither is part of what the benchmark is.

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

/** The part of a run's subject that says so; nothing where there is nothing to say. */
export function besideContent(of: { needs?: readonly string[] | undefined; conceal?: readonly string[] | undefined }): {
  needs?: string[];
  conceal?: string[];
} {
  const { needs = [], conceal = [] } = of;
  return {
    ...(needs.length === 0 ? {} : { needs: [...needs] }),
    ...(conceal.length === 0 ? {} : { conceal: [...conceal] }),
  };
}
