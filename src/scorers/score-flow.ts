// The score of a flow: the weighted mean of its steps that carry a ground truth and of the file's own. Pure.

import type { Scoring } from "../core/events.ts";
import type { GroundTruth } from "./ground-truth.ts";
import { shareOf, tidy } from "./outcome.ts";
import type { ScoreRecord, ScoringProfile } from "./score-run.ts";

export type StepStatus = "completed" | "failed" | "skipped";

/** A step as the score of its flow takes it. */
export type ScoredStep = {
  step: string;
  status: StepStatus;
  weight: number;
  hasGroundTruth: boolean;
  /** What was scored right after the step; null if nothing was. */
  record: ScoreRecord | null;
  /** The agent did not end the step well: whatever the world looks like, it earns nothing. */
  isErrored: boolean;
};

/** Weight of the file's own ground truth beside those of the steps. */
const ownWeight = 1;

/**
 * @param flow.own Score of the file's own ground truth over the whole flow; null if nothing in it can be earned.
 * @returns 0 to 1. A step that was not run, or that errored, earns nothing.
 */
export function scoreFlow(flow: {
  steps: readonly ScoredStep[];
  own: ScoreRecord | null;
  profile: ScoringProfile;
  minScore: number;
}): ScoreRecord {
  const { own, profile, minScore } = flow;
  const scored = flow.steps.filter(({ hasGroundTruth }) => hasGroundTruth);
  const mean = (scoreOf: (record: ScoreRecord) => number): number => {
    const parts = scored.map((step) => ({ weight: step.weight, score: earned(step, scoreOf) }));
    if (own !== null) parts.push({ weight: ownWeight, score: scoreOf(own) });
    const earnedWeights = parts.map(({ weight, score }) => weight * score);
    return tidy(
      shareOf(
        earnedWeights,
        parts.map(({ weight }) => weight),
      ),
    );
  };
  const records = [...scored.map(({ record }) => record), ...(own === null ? [] : [own])];
  const isCompared = records.every((record) => record === null || record.scoring["reev-1"] !== undefined);
  const score = mean((record) => record.score);
  const scoring: Scoring = {
    profile,
    parts: [
      ...scored.flatMap(({ step, record }) => record?.scoring.parts.map((part) => ({ step, ...part })) ?? []),
      ...(own?.scoring.parts ?? []),
    ],
    ...(own?.scoring.gate === undefined ? {} : { gate: own.scoring.gate }),
    steps: flow.steps.map((step) => ({
      ...{ step: step.step, status: step.status },
      ...(step.hasGroundTruth ? { weight: step.weight, score: earned(step, (record) => record.score) } : {}),
    })),
    ...(own === null ? {} : { whole: { weight: ownWeight, score: own.score } }),
    outcome: { score: mean(outcomeOf) },
    ...(isCompared ? { "reev-1": { score: mean(comparedOf) } } : {}),
  };
  return { score, passed: score >= minScore, minScore, scoring };
}

/** Whether the file's own ground truth can earn anything. */
export function earnsAnything({ assertions }: GroundTruth): boolean {
  return assertions.some(({ invariant }) => !invariant);
}

function earned({ record, isErrored }: ScoredStep, scoreOf: (record: ScoreRecord) => number): number {
  return record === null || isErrored ? 0 : scoreOf(record);
}

function outcomeOf({ scoring }: ScoreRecord): number {
  return (scoring.outcome as { score: number }).score;
}

function comparedOf({ scoring }: ScoreRecord): number {
  return (scoring["reev-1"] as { score: number } | undefined)?.score ?? 0;
}
