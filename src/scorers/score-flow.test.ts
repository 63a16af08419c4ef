import fc from "fast-check";
import { expect, test } from "vitest";
import { type ScoredStep, scoreFlow } from "./score-flow.ts";
import type { ScoreRecord } from "./score-run.ts";

const record = (score: number): ScoreRecord => ({
  score,
  passed: score === 1,
  minScore: 1,
  scoring: { profile: "outcome", parts: [{ type: "Equals" }], outcome: { score } },
});
const unit = fc.double({ min: 0, max: 1, noNaN: true });
const step: fc.Arbitrary<ScoredStep> = fc.record({
  step: fc.string(),
  status: fc.constantFrom("completed", "failed", "skipped"),
  weight: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
  hasGroundTruth: fc.boolean(),
  record: fc.option(unit.map(record)),
  isErrored: fc.boolean(),
});
const flow = fc.record({ steps: fc.array(step, { maxLength: 8 }), own: fc.option(unit.map(record)) });
const scoreOf = ({ steps, own }: { steps: readonly ScoredStep[]; own: ScoreRecord | null }) =>
  scoreFlow({ steps, own: ownOf(own), profile: "outcome", minScore: 1 }).score;
const ownOf = (own: ScoreRecord | null) => ({ record: own, parts: own?.scoring.parts ?? [] });

test("the score is between 0 and 1, whatever happened", () => {
  fc.assert(
    fc.property(flow, (some) => {
      expect(scoreOf(some)).toBeGreaterThanOrEqual(0);
      expect(scoreOf(some)).toBeLessThanOrEqual(1);
    }),
  );
});

test("a common factor in the weights changes nothing where the file's own ground truth earns nothing", () => {
  fc.assert(
    fc.property(fc.array(step), fc.double({ min: 1e-2, max: 1e2, noNaN: true }), (steps, factor) => {
      const scaled = steps.map((one) => ({ ...one, weight: one.weight * factor }));
      expect(scoreOf({ steps: scaled, own: null })).toBeCloseTo(scoreOf({ steps, own: null }), 10);
    }),
  );
});

test("a step that errored or did not run earns nothing, whatever the world looks like", () => {
  const good: ScoredStep = {
    ...{ step: "a", status: "completed", weight: 1, hasGroundTruth: true, record: record(1), isErrored: false },
  };
  expect(scoreOf({ steps: [good], own: null })).toBe(1);
  expect(scoreOf({ steps: [{ ...good, isErrored: true }], own: null })).toBe(0);
  expect(scoreOf({ steps: [good, { ...good, status: "skipped", record: null }], own: null })).toBe(0.5);
  expect(scoreOf({ steps: [good, { ...good, hasGroundTruth: false, record: null }], own: null })).toBe(1);
  expect(scoreOf({ steps: [{ ...good, weight: 3 }], own: record(0) })).toBe(0.75);
});

test("a flow in which everything was earned scores exactly 1", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), (steps) => {
      const whole = steps.map((one) => ({ ...one, hasGroundTruth: true, isErrored: false, record: record(1) }));
      expect(scoreOf({ steps: whole, own: record(1) })).toBe(1);
    }),
  );
});

test("one of the file's own invariants that is broken makes the flow 0, whatever its weight would be", () => {
  const good: ScoredStep = {
    ...{ step: "a", status: "completed", weight: 9, hasGroundTruth: true, record: record(1), isErrored: false },
  };
  const scored = (heldAfter: boolean, own: ScoreRecord | null) => {
    const parts = [{ type: "SolSpent", invariant: true, heldAfter }];
    return scoreFlow({ steps: [good], own: { record: own, parts }, profile: "outcome", minScore: 0.5 });
  };
  expect(scored(true, null)).toMatchObject({ score: 1, passed: true });
  expect(scored(false, null)).toMatchObject({ score: 0, passed: false, scoring: { outcome: { score: 0 } } });
  expect(scored(false, record(0))).toMatchObject({ score: 0, passed: false });
  expect(scored(false, null).scoring.parts).toEqual([
    { step: "a", type: "Equals" },
    { type: "SolSpent", invariant: true, heldAfter: false },
  ]);
});
