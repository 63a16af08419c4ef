// From two observations and the ground truth to a score with its parts. Pure; the runner observes and records.

import { RunledgerError } from "../core/errors.ts";
import type { Scoring } from "../core/events.ts";
import type { AgentEnding } from "../core/tool.ts";
import type { Observation, Subject } from "../environments/observation.ts";
import type { Assertion, AssertionKind, Moment, Verdict } from "./assertion.ts";
import { assertionKind } from "./assertion-kinds.ts";
import type { GroundTruth } from "./ground-truth.ts";
import type { Judgements } from "./judge.ts";
import { outcomeScore } from "./outcome.ts";
import { instructionsMatched, reev1 } from "./reev-1.ts";

export const scoringProfiles = ["outcome", "reev-1"] as const;
export type ScoringProfile = (typeof scoringProfiles)[number];

/** Data of `score.recorded`. */
export type ScoreRecord = { score: number; passed: boolean; minScore: number; scoring: Scoring };

/** All that must be observed, before and after, each thing once. */
export function subjectsOf({ assertions }: GroundTruth): Subject[] {
  const subjects = assertions.flatMap((one) => kindOf(one).subjects(one.fields));
  return [...new Map(subjects.map((subject) => [JSON.stringify(subject), subject])).values()];
}

/**
 * Checks the world before the agent acts: what earns must not be true yet, what must stay true must be true. The
 * invariants of a later step are not asked for yet.
 * @throws `benchmark.vacuous-assertion`, or `benchmark.invalid` for an invariant that is broken from the start.
 */
export function checkStart({
  groundTruth,
  start,
  file,
  isLaterStep = false,
}: {
  groundTruth: GroundTruth;
  start: Observation;
  file: string;
  isLaterStep?: boolean;
}): void {
  for (const assertion of groundTruth.assertions) {
    const { held: isWhole, share, actual } = judge(assertion, { start, now: start, ending: null });
    // A part of the weight that is earned from the start would be earned by doing nothing.
    const held = isWhole || (!assertion.invariant && (share ?? 0) > 0);
    const where = assertion.line > 0 ? `${file}:${assertion.line}` : file;
    const claim = `${assertion.type}: ${kindOf(assertion).claim(assertion.fields)}`;
    const data = { file, line: assertion.line, type: assertion.type };
    if (held && !assertion.invariant) {
      const detail = `${where}: ${claim} is already true before the agent acts (found ${actual})`;
      throw new RunledgerError("benchmark.vacuous-assertion", detail, { data });
    }
    if (!held && assertion.invariant && !isLaterStep) {
      const detail = `${where}: ${claim} is marked invariant, and is not true before the agent acts (found ${actual})`;
      throw new RunledgerError("benchmark.invalid", detail, { data });
    }
  }
}

/** What a score is made of: what was asked for, and the world before and after. */
export type EndedRun = {
  groundTruth: GroundTruth;
  profile: ScoringProfile;
  start: Observation;
  end: Observation;
  ending: AgentEnding;
  judgements?: Judgements;
};

/** Each assertion as a score shows it. */
export function partsOf(run: EndedRun): Scoring["parts"] {
  return judgedParts(run).map(shownPart);
}

/** The score of a run, by the file's profile, with both breakdowns where both are defined. */
export function scoreRun(run: EndedRun): ScoreRecord {
  const { groundTruth, profile, end } = run;
  const parts = judgedParts(run);
  const gate = transactionGate(groundTruth, end);
  const outcome = outcomeScore(parts, gate?.held ?? true);
  const compared = reev1(groundTruth, end);
  if (profile === "reev-1" && compared === null) {
    throw new RunledgerError("scorer.failed", "scoring is reev-1, and the ground truth has no expected_instructions");
  }
  const score = profile === "reev-1" ? (compared?.score ?? 0) : outcome;
  const matched = instructionsMatched(groundTruth, end);
  const scoring: Scoring = {
    profile,
    parts: parts.map(shownPart),
    ...(gate === null ? {} : { gate }),
    outcome: { score: outcome },
    ...(compared === null ? {} : { "reev-1": compared }),
    ...(matched === null ? {} : { diagnosis: { instructionsMatched: matched } }),
  };
  return { score, passed: score >= groundTruth.min_score, minScore: groundTruth.min_score, scoring };
}

function judgedParts({ groundTruth, start, end, ending, judgements = {} }: EndedRun) {
  return groundTruth.assertions.map((assertion) => {
    const before = judge(assertion, { start, now: start, ending: null });
    const after = judge(assertion, { start, now: end, ending, judgements });
    return scorePart(assertion, before, after);
  });
}

/** An invariant has no weight to show. */
function shownPart({ invariant, weight, ...shown }: ReturnType<typeof scorePart>): Scoring["parts"][number] {
  return { ...shown, ...(invariant ? { invariant } : { weight }) };
}

function scorePart(assertion: Assertion, before: Verdict, after: Verdict) {
  return {
    type: assertion.type,
    name: assertion.name ?? null,
    weight: assertion.weight,
    invariant: assertion.invariant,
    claim: kindOf(assertion).claim(assertion.fields),
    heldBefore: before.held,
    heldAfter: after.held,
    ...(after.share === undefined ? {} : { share: after.share }),
    expected: after.expected,
    actualBefore: before.actual,
    actual: after.actual,
    ...(after.judgement === undefined ? {} : { judgement: after.judgement }),
  };
}

/** The gate on the last submitted transaction; null where there are no transactions to ask about. */
function transactionGate({ transaction_status: expected }: GroundTruth, { transactions }: Observation) {
  if (expected === null || expected === "Any") return null;
  const status = transactions.at(-1)?.status;
  const actual = status === undefined ? "None" : status === "success" ? "Success" : "Failure";
  return { type: "transaction_status", expected, actual, held: expected === actual };
}

function judge(assertion: Assertion, moment: Moment): Verdict {
  return kindOf(assertion).judge(assertion.fields, moment);
}

function kindOf({ type }: Assertion): AssertionKind {
  const kind = assertionKind(type);
  if (kind === undefined) throw new RunledgerError("scorer.failed", `no scorer knows the assertion ${type}`);
  return kind;
}
