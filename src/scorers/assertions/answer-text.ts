// `Equals`, `Contains` and `Matches`: what the text of the answer must be.

import { z } from "zod";
import { number, text } from "../../core/document-value.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";
import { answerOf, comparedText, noAnswer, sameCase, shown } from "./answer.ts";
import { compiled, patternFlags, patternText } from "./pattern.ts";

export const equals = defineAssertion({
  list: "answer_assertions",
  environments: "all",
  schema: z.strictObject({
    type: z.literal("Equals"),
    value: comparedText,
    ignore_case: z.boolean().default(true),
    trim: z.boolean().default(true),
    ...assertionFields,
  }),
  subjects: () => [],
  claim: ({ value }) => `the answer is ${JSON.stringify(shown(value))}`,
  judge: ({ value, ignore_case: ignoresCase, trim }, { ending }) => {
    const answer = answerOf(ending);
    if (answer === null) return noAnswer(shown(value), ending);
    const plain = (one: string) => sameCase(trim ? one.trim() : one, ignoresCase);
    return { held: plain(answer) === plain(value), expected: shown(value), actual: shown(answer) };
  },
});

const texts = z
  .array(comparedText.refine((value) => value !== "", "must not be empty"))
  .min(1)
  .max(100);
const containsSchema = z
  .strictObject({
    type: z.literal("Contains"),
    value: comparedText.refine((value) => value !== "", "must not be empty").optional(),
    any_of: texts.optional(),
    all_of: texts.optional(),
    ignore_case: z.boolean().default(true),
    ...assertionFields,
  })
  .refine(
    ({ value, any_of: any, all_of: all }) => [value, any, all].filter((one) => one !== undefined).length === 1,
    "needs exactly one of value, any_of and all_of",
  );

export const contains = defineAssertion({
  list: "answer_assertions",
  environments: "all",
  schema: containsSchema,
  subjects: () => [],
  claim: (fields) => `the answer contains ${partsInWords(fields)}`,
  judge: (fields, { ending }) => {
    const answer = answerOf(ending);
    const expected = shown(partsInWords(fields));
    if (answer === null) return noAnswer(expected, ending);
    const { value, any_of: any, all_of: all, ignore_case: ignoresCase } = fields;
    const said = sameCase(answer, ignoresCase);
    const has = (part: string) => said.includes(sameCase(part, ignoresCase));
    const held = any !== undefined ? any.some(has) : (all ?? [value ?? ""]).every(has);
    return { held, expected, actual: shown(answer) };
  },
});

const matchesSchema = z
  .strictObject({
    type: z.literal("Matches"),
    pattern: patternText,
    group: z.union([number(z.number().int().min(0).max(99)), text(z.string().min(1).max(100))]).optional(),
    value: comparedText.optional(),
    flags: patternFlags.default("i"),
    ...assertionFields,
  })
  .superRefine(({ pattern, group }, context) => {
    if (group === undefined || hasGroup(pattern, group)) return;
    context.addIssue({ code: "custom", path: ["group"], message: `the pattern has no group ${group}` });
  });

export const matches = defineAssertion({
  list: "answer_assertions",
  environments: "all",
  schema: matchesSchema,
  subjects: () => [],
  claim: ({ pattern, group, value }) =>
    `the answer matches /${pattern}/${value === undefined ? "" : `, with ${JSON.stringify(shown(value))} in group ${group ?? 0}`}`,
  judge: ({ pattern, group, value, flags }, { ending }) => {
    const answer = answerOf(ending);
    const expected = value === undefined ? `/${pattern}/` : `${group ?? 0} = ${shown(value)}`;
    if (answer === null) return noAnswer(expected, ending);
    const matcher = compiled(pattern, flags).matcher(answer);
    if (!matcher.find()) return { held: false, expected, actual: shown(answer) };
    const found = matcher.group(group ?? 0);
    const held = value === undefined ? found !== null : found !== null && isSame(found, value, flags);
    return { held, expected, actual: shown(value === undefined ? answer : (found ?? "the group is empty")) };
  },
});

function isSame(found: string, value: string, flags: string): boolean {
  return sameCase(found, flags.includes("i")) === sameCase(value, flags.includes("i"));
}

/** A pattern that does not compile is told by its own field. */
function hasGroup(pattern: string, group: number | string): boolean {
  try {
    const expression = compiled(pattern, "");
    return typeof group === "number"
      ? group <= expression.groupCount()
      : Object.hasOwn(expression.namedGroups(), group);
  } catch {
    return true;
  }
}

function partsInWords({ value, any_of: any, all_of: all }: z.output<typeof containsSchema>): string {
  const quoted = (some: readonly string[], word: string) => some.map((one) => JSON.stringify(one)).join(` ${word} `);
  return any !== undefined ? quoted(any, "or") : quoted(all ?? [value ?? ""], "and");
}
