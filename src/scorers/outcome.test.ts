import fc from "fast-check";
import { expect, test } from "vitest";
import { type OutcomePart, outcomeScore } from "./outcome.ts";

const part = fc.record({
  weight: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
  invariant: fc.boolean(),
  heldAfter: fc.boolean(),
});
const parts = fc.array(part, { maxLength: 12 });

test("the score is between 0 and 1, whatever held", () => {
  fc.assert(
    fc.property(parts, fc.boolean(), (some, isGateMet) => {
      const score = outcomeScore(some, isGateMet);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    }),
  );
});

test("the order of the assertions does not change the score by a single bit", () => {
  fc.assert(
    fc.property(
      parts.chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length }))),
      ([some, shuffled]) => {
        expect(outcomeScore(shuffled, true)).toBe(outcomeScore(some, true));
      },
    ),
  );
});

test("a common factor in the weights does not change the score", () => {
  fc.assert(
    fc.property(parts, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (some, factor) => {
      const scaled = some.map((one) => ({ ...one, weight: one.weight * factor }));
      expect(outcomeScore(scaled, true)).toBeCloseTo(outcomeScore(some, true), 11);
    }),
  );
});

test("all that earns held and no invariant is broken: exactly when the score is 1", () => {
  fc.assert(
    fc.property(parts, (some) => {
      const isWhole = some.some(({ invariant }) => !invariant) && some.every(({ heldAfter }) => heldAfter);
      expect(outcomeScore(some, true) === 1).toBe(isWhole);
    }),
  );
});

test("one broken invariant or an unmet gate makes the score 0", () => {
  const earned: OutcomePart = { weight: 3, invariant: false, heldAfter: true };
  expect(outcomeScore([earned], true)).toBe(1);
  expect(outcomeScore([earned], false)).toBe(0);
  expect(outcomeScore([earned, { weight: 1, invariant: true, heldAfter: false }], true)).toBe(0);
});

test("an invariant earns nothing, and where nothing earns the score is 0", () => {
  const kept: OutcomePart = { weight: 5, invariant: true, heldAfter: true };
  expect(outcomeScore([kept], true)).toBe(0);
  expect(
    outcomeScore(
      [kept, { weight: 1, invariant: false, heldAfter: true }, { weight: 3, invariant: false, heldAfter: false }],
      true,
    ),
  ).toBe(0.25);
});

test("weights that are no binary fractions meet the bar that they add up to", () => {
  const weighted = (weight: number, heldAfter: boolean): OutcomePart => ({ weight, invariant: false, heldAfter });
  expect(outcomeScore([weighted(0.1, true), weighted(0.2, true), weighted(0.7, false)], true)).toBe(0.3);
});
