// `Judge`: a model grades the answer by a rubric. It is asked by the runner when the agent has ended; here its votes
// become a verdict, which is as pure as any other.

import { z } from "zod";
import { number, text } from "../../core/document-value.ts";
import { RunledgerError } from "../../core/errors.ts";
import { parseModelName } from "../../models/model-name.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";
import { judgeKey, judgeScales } from "../judge.ts";
import { tidy } from "../outcome.ts";
import { answerOf, noAnswer, shown } from "./answer.ts";

const votesMax = 25;

const schema = z
  .strictObject({
    type: z.literal("Judge"),
    rubric: text(z.string().min(1).max(20_000)),
    /** By the name that an agent would have: `glm-4.6`, `openai:gpt-5`. */
    model: text(z.string().min(1).max(200)),
    /** How often it is asked; the mean of what it says counts. */
    votes: number(z.number().int().min(1).max(votesMax)).default(1),
    scale: z.enum(judgeScales).default("pass_fail"),
    /** The mean from which on the claim holds. */
    pass_at: number(z.number().gt(0).max(1)).default(0.5),
    ...assertionFields,
  })
  .superRefine(({ model }, context) => {
    try {
      parseModelName(model);
    } catch (error) {
      if (!(error instanceof RunledgerError)) throw error;
      context.addIssue({ code: "custom", path: ["model"], message: error.message });
    }
  });

export const judge = defineAssertion({
  list: "answer_assertions",
  environments: "all",
  schema,
  subjects: () => [],
  claim: ({ rubric, model }) => `${model} finds that the answer meets the rubric: ${shown(rubric)}`,
  judge: (fields, { ending, judgements }) => {
    const { scale, pass_at: passAt, model } = fields;
    const expected = scale === "pass_fail" && fields.votes === 1 ? "pass" : `at least ${passAt}`;
    if (answerOf(ending) === null) return noAnswer(expected, ending);
    const judgement = judgements?.[judgeKey(fields)];
    if (judgement === undefined) throw new RunledgerError("scorer.failed", `the judge ${model} was not asked`);
    const { votes } = judgement;
    const mean = tidy(votes.reduce((sum, { score }) => sum + score, 0) / votes.length);
    const said = votes.map(({ score, reason }) => `${word(score, scale)}: ${reason}`).join("; ");
    const actual = shown(
      votes.length === 1 ? said : `${Math.round(mean * 1000) / 1000} of ${votes.length} votes; ${said}`,
    );
    // On a scale it earns what it was given; a verdict is all or nothing.
    const share = scale === "0..1" ? { share: mean } : {};
    return { held: mean >= tidy(passAt), ...share, expected, actual, judgement };
  },
});

function word(score: number, scale: z.output<typeof schema>["scale"]): string {
  if (scale === "0..1") return String(score);
  return score === 1 ? "pass" : "fail";
}
