// The steps of a flow, one after another in one world: each is acted, looked at and scored by its own ground truth
// before the next one begins. A step that errors never counts as success, and what did not run is recorded as such.

import type { AgentTask, EarlierStep } from "../agents/agent.ts";
import type { FlowStep, StepTruth } from "../benchmarks/benchmark.ts";
import { fillPrompt } from "../benchmarks/prompt.ts";
import type { Json } from "../core/document-value.ts";
import type { RunError, Usage } from "../core/events.ts";
import { type AgentEnding, describeTools, type Tool } from "../core/tool.ts";
import type { World } from "../environments/environment.ts";
import type { Observation } from "../environments/observation.ts";
import type { ScoredStep, StepStatus } from "../scorers/score-flow.ts";
import { type ScoreRecord, scoreRun, subjectsOf } from "../scorers/score-run.ts";
import { act, endingOf, finishedData } from "./act.ts";
import { AgentHands, type Stop } from "./agent-hands.ts";
import { nothingPast, nothingSpent, type Past, type Spent } from "./agent-past.ts";
import { askJudges } from "./ask-judges.ts";
import type { BenchmarkAttempt } from "./benchmark-attempt.ts";
import { blame, runErrorOf } from "./blame.ts";
import type { AskedModel } from "./model-calls.ts";

/** A step that is over, as a checkpoint keeps it. */
export type StepRecord = Omit<EarlierStep, "status"> & {
  status: StepStatus;
  score: ScoreRecord | null;
  isErrored: boolean;
  /** The limit over the whole run that ended it, if one did. */
  limit: string | null;
  ending: AgentEnding | null;
};

/** Where a flow stands. */
export type FlowState = {
  done: readonly StepRecord[];
  spent: Spent;
  /** The world when the step that is under way began; null between two steps. */
  stepStart: Observation | null;
};

/** What an agent may be told of the world. */
export function lookAround(world: World): Promise<Record<string, Json>> {
  return blame("environment", async () => (await world.look?.()) ?? {});
}

export type FlowResult =
  | ({ stop: Stop; state: FlowState } & StepUnderWay)
  | { stop: null; steps: readonly StepRecord[]; ending: AgentEnding; endedBy: string };

type Flow = {
  attempt: BenchmarkAttempt;
  world: World;
  model: AskedModel | null;
  tools: readonly Tool[];
  /** What a step really used. */
  onUsed: (usage: Usage) => void;
};

/** Of the step that is under way. */
type StepUnderWay = { history: Past; actedS: number; seen: Seen };

/** Where a paused flow goes on. */
export type FlowCheckpoint = { flow: FlowState | null } & StepUnderWay;

type Seen = Readonly<Record<string, Json>>;

/** Goes through the steps, from the given state on. @throws Blamed for what ends the run itself. */
export async function runFlow(flow: Flow, checkpoint: FlowCheckpoint | null): Promise<FlowResult> {
  const from = checkpoint?.flow ?? null;
  const steps = flow.attempt.task.flow ?? [];
  const done: StepRecord[] = [...(from?.done ?? [])];
  let spent: Spent = from?.spent ?? nothingSpent;
  for (const [index, step] of steps.entries()) {
    if (index < done.length) continue;
    const why = whyNot(steps, step, done);
    if (why !== null) {
      done.push(await skip(flow, step, why));
      continue;
    }
    const isUnderWay = index === from?.done.length && from.stepStart !== null;
    const resumed =
      isUnderWay && checkpoint !== null
        ? { stepStart: from.stepStart, past: checkpoint.history, usedS: checkpoint.actedS, seen: checkpoint.seen }
        : { stepStart: null, past: nothingPast, usedS: 0, seen: null };
    const ran = await runStep(flow, { step, index, done, spent, ...resumed });
    if ("stop" in ran) {
      const { stepStart, ...stopped } = ran;
      return { ...stopped, state: { done, spent, stepStart } };
    }
    done.push(ran.record);
    spent = ran.spent;
  }
  const last = done.findLast(({ ending }) => ending !== null);
  const limit = done.find((one) => one.limit !== null)?.limit ?? null;
  const ending = last?.ending ?? { how: "gave_up", text: null };
  return { stop: null, steps: done, ending, endedBy: limit === null ? "agent" : `limit:${limit}` };
}

/** The steps as the score takes them. */
export function scoredSteps(records: readonly StepRecord[], truths: readonly StepTruth[]): ScoredStep[] {
  return records.map(({ step, status, score, isErrored }, index) => {
    const { weight = 1, groundTruth = null } = truths[index] ?? {};
    return { step, status, weight, hasGroundTruth: groundTruth !== null, record: score, isErrored };
  });
}

/** Why the step is not begun, or null if it is. */
function whyNot(
  steps: readonly FlowStep[],
  { depends_on: needed }: FlowStep,
  done: readonly StepRecord[],
): string | null {
  const used = done.find(({ limit }) => limit !== null);
  if (used !== undefined) return `limits.${used.limit} was used up in the step ${used.step}`;
  const ended = done.find(({ status }, index) => status === "failed" && steps[index]?.critical === true);
  if (ended !== undefined) return `the critical step ${ended.step} failed`;
  const missing = done.find(({ step, status }) => needed.includes(step) && status !== "completed");
  return missing === undefined
    ? null
    : `it depends on the step ${missing.step}, which ${missing.status === "failed" ? "failed" : "was not run"}`;
}

async function skip({ attempt }: Flow, { step, prompt }: FlowStep, why: string): Promise<StepRecord> {
  const error: RunError = { code: "flow.step-skipped", origin: "agent", message: `not run: ${why}` };
  await attempt.emit("step.failed", { step, error });
  const undone = { answer: null, calls: [], said: [], replies: [], world: {} };
  const nothing = { score: null, isErrored: false, limit: null, ending: null, ...undone };
  return { step, prompt, status: "skipped", ...nothing };
}

type StepWork = {
  step: FlowStep;
  index: number;
  done: readonly StepRecord[];
  spent: Spent;
  stepStart: Observation | null;
  past: Past;
  /** Of its time, before a pause; seconds. */
  usedS: number;
  /** Null: to be looked at now. */
  seen: Seen | null;
};
type StepRan =
  | { record: StepRecord; spent: Spent }
  /** `stepStart` is null if it was not begun. */
  | ({ stop: Stop; stepStart: Observation | null } & StepUnderWay);

async function runStep(flow: Flow, work: StepWork): Promise<StepRan> {
  const { attempt, world, model, tools } = flow;
  const { step, index, done } = work;
  const { emit, limits, control, agent, signal } = attempt;
  // An agent that makes no calls in its steps has no other safe point than the border between them.
  const asked = await control.check();
  if (asked !== "go") {
    const { stepStart, past: history, usedS: actedS } = work;
    return { stop: { why: asked }, stepStart, history, actedS, seen: work.seen ?? {} };
  }
  const truth = attempt.steps[index]?.groundTruth ?? null;
  const observe = () => blame("environment", () => world.observe(truth === null ? [] : subjectsOf(truth)));
  const isNew = work.stepStart === null;
  const stepStart = work.stepStart ?? (await observe());
  const seen = work.seen ?? (await lookAround(world));
  const description = step.description === null ? {} : { description: step.description };
  if (isNew) await emit("step.started", { step: step.step, ...description });
  const where = { past: work.past, before: work.spent, step: step.step };
  const hands = new AgentHands({ tools, limits, emit, control, model, ...where });
  const task: AgentTask = {
    prompt: fillPrompt(step.prompt, world.names),
    get tools() {
      return describeTools(tools);
    },
    step: { name: step.step, index },
    carry: step.carry,
    earlier: done.map(asAgentSees),
    world: seen,
  };
  const deadline =
    step.timeout_s === null
      ? { seconds: limits.agent_s, usedS: work.usedS, limit: "agent_s" }
      : { seconds: step.timeout_s, usedS: work.usedS, limit: "timeout_s" };
  try {
    const acted = await act({ agent, task, hands, deadline, signal });
    if (hands.fault !== null) throw hands.fault;
    if (acted.stop?.why === "cancel" || acted.stop?.why === "pause") {
      return { stop: acted.stop, stepStart, history: hands.history, actedS: acted.actedS, seen };
    }
    const ending = endingOf(acted, hands);
    await emit("agent.finished", { ...finishedData(ending), step: step.step });
    const end = await observe();
    const score =
      truth === null ? null : await scoreStep(attempt, truth, { step: task, begun: stepStart, ended: end, ending });
    const record = await concludeStep(flow, { step, task, hands, ending, score });
    return { record, spent: hands.spent };
  } catch (error) {
    // What broke ends the run; that this step had begun and did not end well is said first.
    await emit("step.failed", { step: step.step, error: runErrorOf(error) }).catch(() => {});
    throw error;
  } finally {
    flow.onUsed(hands.usage);
  }
}

/** A step without its score, whose parts hold the ground truth. */
function asAgentSees({ step, prompt, status, answer, calls, said, replies, world }: StepRecord): EarlierStep {
  return { step, prompt, status: status === "skipped" ? "skipped" : "run", answer, calls, said, replies, world };
}

/** A step is judged by what was done in it: the transactions before it are not its own. */
async function scoreStep(
  { task, openModel, emit, signal }: BenchmarkAttempt,
  groundTruth: NonNullable<StepTruth["groundTruth"]>,
  of: { step: AgentTask; begun: Observation; ended: Observation; ending: AgentEnding },
): Promise<ScoreRecord> {
  const { step, begun, ended, ending } = of;
  const start = { ...begun, transactions: [] };
  const end = { ...ended, transactions: ended.transactions.slice(begun.transactions.length) };
  const { prompt } = step;
  const name = step.step?.name ?? null;
  const judgements = await askJudges({ groundTruth, prompt, ending, step: name, openModel, emit, signal });
  return blame("scorer", () => scoreRun({ groundTruth, profile: task.scoring, start, end, ending, judgements }));
}

/** Says how the step ended, and what later steps may know of it. */
async function concludeStep(
  { attempt, world }: Flow,
  ended: { step: FlowStep; task: AgentTask; hands: AgentHands; ending: AgentEnding; score: ScoreRecord | null },
): Promise<StepRecord> {
  const { step, task, hands, ending, score } = ended;
  const { history } = hands;
  const isErrored = ending.how === "gave_up";
  const fault = faultOf(ending, score);
  const seen = await lookAround(world);
  const scored = score === null ? {} : { score: isErrored ? 0 : score.score, passed: fault === null };
  if (fault === null) await attempt.emit("step.completed", { step: step.step, ...scored });
  else {
    const error: RunError = { code: "flow.step-failed", origin: "agent", message: fault };
    await attempt.emit("step.failed", { step: step.step, error, ...scored });
  }
  const isRunLimit = ending.limit !== undefined && runWideLimits.has(ending.limit);
  return {
    step: step.step,
    prompt: task.prompt,
    status: fault === null ? "completed" : "failed",
    answer: ending.text,
    ...{ calls: history.calls, said: history.said, replies: history.replies.map(({ reply }) => reply) },
    world: seen,
    score,
    isErrored,
    limit: isRunLimit ? (ending.limit ?? null) : null,
    ending,
  };
}

/** Limits that hold over all steps together: one that is met ends the flow. */
const runWideLimits: ReadonlySet<string> = new Set(["turns", "tool_calls", "tokens", "cost_usd"]);

/** Why the step did not end well, or null if it did. A limit is no fault where the ground truth is met all the same. */
function faultOf(ending: AgentEnding, score: ScoreRecord | null): string | null {
  if (ending.how === "gave_up") return `the agent gave up${ending.text === null ? "" : `: ${ending.text}`}`;
  if (score !== null)
    return score.passed ? null : `its ground truth is met to ${score.score}, and ${score.minScore} is asked for`;
  return ending.how === "limit" ? `the agent was stopped by limits.${ending.limit}` : null;
}
