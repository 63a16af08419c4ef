// The score of a flow: the weighted mean of its steps that carry a ground truth and of the file's own. Pure.

import type { Scoring } from "../core/events.ts";
import type { GroundTruth } from "./ground-truth.ts";
import { shareOf, tidy } from "./outcome.ts";
import { type EndedRun, partsOf, type ScoreRecord, type ScoringProfile, scoreRun } from "./score-run.ts";

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

/** What the file's own ground truth says of the whole flow. */
export type OwnScore = {
  /** All its assertions, as a score shows them. */
  parts: Scoring["parts"];
  /** Null if nothing in it can be earned: then it has no weight. */
  record: ScoreRecord | null;
};

/** Weight of the file's own ground truth beside those of the steps. */
const ownWeight = 1;

/** Judges the file's own ground truth over the whole flow. */
export function scoreOwn(run: EndedRun): OwnScore {
  const record = earnsAnything(run.groundTruth) ? scoreRun(run) : null;
  return { parts: record?.scoring.parts ?? partsOf(run), record };
}

/**
 * @returns 0 to 1. A step that was not run, or that errored, earns nothing. One of the file's own invariants that is
 * broken makes the whole 0, also where nothing in that ground truth earns; a step's invariant counts for its step.
 */
export function scoreFlow(flow: {
  steps: readonly ScoredStep[];
  own: OwnScore;
  profile: ScoringProfile;
  minScore: number;
}): ScoreRecord {
  const { profile, minScore } = flow;
  const { record: own, parts: ownParts } = flow.own;
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
  const isBroken = ownParts.some(({ invariant, heldAfter }) => invariant === true && heldAfter === false);
  const outcome = isBroken ? 0 : mean(outcomeOf);
  // As for a single task, the published formula of reev-1 knows no assertions.
  const score = profile === "reev-1" ? mean((record) => record.score) : outcome;
  const scoring: Scoring = {
    profile,
    parts: [
      ...scored.flatMap(({ step, record }) => record?.scoring.parts.map((part) => ({ step, ...part })) ?? []),
      ...ownParts,
    ],
    ...(own?.scoring.gate === undefined ? {} : { gate: own.scoring.gate }),
    steps: flow.steps.map((step) => ({
      ...{ step: step.step, status: step.status },
      ...(step.hasGroundTruth ? { weight: step.weight, score: earned(step, (record) => record.score) } : {}),
    })),
    ...(own === null ? {} : { whole: { weight: ownWeight, score: own.score } }),
    outcome: { score: outcome },
    ...(isCompared ? { "reev-1": { score: mean(comparedOf) } } : {}),
  };
  return { score, passed: score >= minScore, minScore, scoring };
}

/** Whether the file's own ground truth can earn anything. */
function earnsAnything({ assertions }: GroundTruth): boolean {
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
