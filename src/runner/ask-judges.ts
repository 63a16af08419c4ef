// Asks the models that judge an answer, once the agent has ended: each vote is a call of its own in the record. What
// they say is judged like anything else that was observed.

import { createHash } from "node:crypto";
import { RunledgerError } from "../core/errors.ts";
import type { AgentEnding } from "../core/tool.ts";
import type { ModelRequest } from "../models/model.ts";
import { requestDigest } from "../models/request-key.ts";
import type { GroundTruth } from "../scorers/ground-truth.ts";
import {
  type Judgement,
  type Judgements,
  type JudgeQuestion,
  judgeKey,
  judgeRequest,
  readVote,
  type Vote,
} from "../scorers/judge.ts";
import { questionsAbout } from "../scorers/judge-questions.ts";
import type { Emit } from "./attempt-ports.ts";
import { blame } from "./blame.ts";
import { type AskedModel, askRecorded, tokensOf } from "./model-calls.ts";
import type { OpenModel } from "./model-source.ts";

export type JudgeSite = {
  groundTruth: GroundTruth;
  /** The task as the agent was given it. */
  prompt: string;
  ending: AgentEnding;
  /** The step of a flow that is judged; null for the whole. */
  step: string | null;
  openModel: OpenModel | undefined;
  emit: Emit;
  /** A cancel: judges are not waited for. */
  signal: AbortSignal;
};

/**
 * What the judges of a ground truth say of an ending; nothing where it has none, or there is no answer to grade.
 * @throws Blamed on the scorer for a verdict that cannot be read, on the provider for a model that cannot be had.
 */
export async function askJudges(site: JudgeSite): Promise<Judgements> {
  const { answer, questions } = questionsAbout(site.groundTruth, site.ending);
  const judgements: Record<string, Judgement> = {};
  let asked = 0;
  for (const question of questions) {
    const judge = await openJudge(site, question.model);
    const fence = `answer-${createHash("sha256").update(answer).digest("hex").slice(0, 16)}`;
    const request = judgeRequest(question, { prompt: site.prompt, answer, fence });
    judgements[judgeKey(question)] = await collectVotes(site, { question, judge, request, asked });
    asked += question.votes;
  }
  return judgements;
}

function openJudge({ openModel }: JudgeSite, name: string): Promise<AskedModel> {
  if (openModel !== undefined) return openModel(name, "judge");
  return blame("scorer", () => {
    throw new RunledgerError("scorer.failed", `the judge ${name} cannot be asked here`);
  });
}

async function collectVotes(
  { emit, signal, step }: JudgeSite,
  of: { question: JudgeQuestion; judge: AskedModel; request: ModelRequest; asked: number },
): Promise<Judgement> {
  const { question, judge, request, asked } = of;
  const votes: Vote[] = [];
  const costs: number[] = [];
  let [model, tokens] = [question.model, 0];
  const where = { purpose: "judge" as const, digest: requestDigest(request, judge.model.name), emit, signal };
  while (votes.length < question.votes) {
    const callId = ["judge", ...(step === null ? [] : [step]), asked + votes.length + 1].join("-");
    const { reply, costUsd } = await askRecorded(judge, request, {
      ...where,
      callId,
      ...(step === null ? {} : { step }),
    });
    tokens += tokensOf(reply.usage);
    if (costUsd !== null) costs.push(costUsd);
    model = reply.model;
    votes.push(await blame("scorer", () => readVote(reply, question.scale)));
  }
  // A sum that lacks a part would be a wrong sum.
  const costUsd = costs.length < votes.length ? null : costs.reduce((sum, cost) => sum + cost, 0);
  return { model, votes, tokens, costUsd };
}
