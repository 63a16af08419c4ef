// What a ground truth asks of judges about one ending, and which models that takes.

import type { AgentEnding } from "../core/tool.ts";
import { modelReadiness, type ProviderConfig } from "../models/providers.ts";
import { answerOf } from "./assertions/answer.ts";
import type { GroundTruth } from "./ground-truth.ts";
import { type JudgeQuestion, judgeKey } from "./judge.ts";

/** The questions, each once; none where the agent has not answered, since then there is nothing to grade. */
export function questionsAbout(
  groundTruth: GroundTruth,
  ending: AgentEnding,
): { answer: string; questions: JudgeQuestion[] } {
  const answer = answerOf(ending);
  if (answer === null) return { answer: "", questions: [] };
  const questions = judgesIn(groundTruth).map((question) => [judgeKey(question), question] as const);
  return { answer, questions: [...new Map(questions).values()] };
}

/** The names of the models that its assertions ask, each once. */
export function judgesOf(groundTruth: GroundTruth): string[] {
  return [...new Set(judgesIn(groundTruth).map(({ model }) => model))];
}

/** Providers of a project's own, from whose models judges may be chosen. */
export type JudgeServers = readonly ProviderConfig[];

/** The variables with the keys of these models. @throws `model.unknown` */
export function needsOfJudges(models: readonly string[], providers: JudgeServers): string[] {
  return [...new Set(models.flatMap((name) => modelReadiness(name, {}, { providers }).missing))].sort();
}

function judgesIn({ assertions }: GroundTruth): JudgeQuestion[] {
  return assertions.filter(({ type }) => type === "Judge").map(({ fields }) => fields as JudgeQuestion);
}
