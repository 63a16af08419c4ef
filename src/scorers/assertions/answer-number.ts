// `Number`: the number that the answer gives.

import { z } from "zod";
import { number } from "../../core/document-value.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";
import { answerOf, noAnswer, shown } from "./answer.ts";

/** A cell of a CSV file is text; here only its number can be meant. */
const wanted = z.preprocess(
  (value) => (typeof value === "string" && /^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(value) ? Number(value) : value),
  number(z.number()),
);

export const answerNumber = defineAssertion({
  list: "answer_assertions",
  environments: "all",
  schema: z.strictObject({
    type: z.literal("Number"),
    value: wanted,
    tolerance: number(z.number().nonnegative()).default(0),
    /** The tolerance is a share of the value. */
    relative: z.boolean().default(false),
    ...assertionFields,
  }),
  subjects: () => [],
  claim: (fields) => `the answer is the number ${inWords(fields)}`,
  judge: (fields, { ending }) => {
    const answer = answerOf(ending);
    const expected = inWords(fields);
    if (answer === null) return noAnswer(expected, ending);
    const given = numberIn(answer);
    if (typeof given === "string") return { held: false, expected, actual: `${given}: ${shown(answer)}` };
    return { held: isWithin(given, fields), expected, actual: String(given) };
  },
});

type Wanted = { value: number; tolerance: number; relative: boolean };

/** Whether the number lies within the tolerance, its ends included. */
function isWithin(given: number, { value, tolerance, relative }: Wanted): boolean {
  if (tolerance === 0 || !Number.isFinite(given)) return given === value;
  const allowed = relative ? tolerance * Math.abs(value) : tolerance;
  // Whole numbers are what they say. Decimals are no binary fractions: 1.1 - 1 is more than 0.1 by what their last digits
  // lack, each half of its last binary place at most.
  const isExact = [given, value, allowed].every(Number.isSafeInteger);
  const noise = isExact ? 0 : (Number.EPSILON / 2) * (Math.abs(given) + Math.abs(value) + 2 * allowed);
  return Math.abs(given - value) <= allowed + noise;
}

/**
 * The one number of the text, or why there is none. Thousands may be grouped by commas; other words are no matter, but
 * two different numbers are: which of them was meant is not guessed.
 */
function numberIn(answer: string): number | string {
  const written = /[-+]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|[-+]?\.\d+/g;
  const found = answer.replaceAll("\u2212", "-").match(written) ?? [];
  const values = new Set(found.map((digits) => Number(digits.replaceAll(",", ""))));
  const [value] = values;
  if (value === undefined) return "no number";
  return values.size === 1 ? value : `${values.size} different numbers`;
}

function inWords({ value, tolerance, relative }: Wanted): string {
  if (tolerance === 0) return String(value);
  return relative ? `${value} within ${tolerance * 100} %` : `${value} within ${tolerance}`;
}
