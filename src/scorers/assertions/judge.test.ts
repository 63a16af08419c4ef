import { expect, test } from "vitest";
import { type JudgeQuestion, judgeKey } from "../judge.ts";
import { judge } from "./judge.ts";

const nothing = { accounts: {}, transactions: [] };

function verdictOf(scores: number[], asked: Record<string, unknown>) {
  const fields = judge.schema.parse({
    type: "Judge",
    rubric: "polite",
    model: "glm-4.6",
    votes: scores.length,
    ...asked,
  });
  const votes = scores.map((score) => ({ score, reason: "so so" }));
  const judgements = { [judgeKey(fields as JudgeQuestion)]: { model: "glm-4.6", votes, tokens: 0, costUsd: null } };
  return judge.judge(fields, { start: nothing, now: nothing, ending: { how: "answered", text: "Paris" }, judgements });
}

test("votes that are the bar meet it, though their mean as a binary fraction falls below", () => {
  const onScale = { scale: "0..1", pass_at: 0.7 };
  expect(verdictOf([0.7, 0.7, 0.7], onScale)).toMatchObject({ held: true, share: 0.7 });
  expect(verdictOf([0.7, 0.7, 0.699], onScale).held).toBe(false);
  expect(verdictOf([1, 0, 0], { pass_at: 1 / 3 }).held).toBe(true);
  expect(verdictOf([1, 0, 0], { pass_at: 0.34 }).held).toBe(false);
});
