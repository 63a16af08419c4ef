// One attempt at one benchmark, in this process: make the world, let the agent act on it through the tools, score what
// it left behind. Everything that happens is emitted; what went wrong is data in the result.

import type { AgentTask } from "../agents/agent.ts";
import type { BenchmarkTask } from "../benchmarks/benchmark.ts";
import { fillPrompt } from "../benchmarks/prompt.ts";
import type { Json } from "../core/document-value.ts";
import type { Usage } from "../core/events.ts";
import { commonTools, describeTools, type Tool } from "../core/tool.ts";
import { addUsage } from "../core/usage.ts";
import type { World, WorldSetup } from "../environments/environment.ts";
import type { Observation } from "../environments/observation.ts";
import { openWorld } from "../environments/open-world.ts";
import { scoreFlow, scoreOwn } from "../scorers/score-flow.ts";
import { checkStart, scoreRun, subjectsOf } from "../scorers/score-run.ts";
import { act, endingOf, finishedData } from "./act.ts";
import { AgentHands } from "./agent-hands.ts";
import { nothingPast } from "./agent-past.ts";
import { askJudges } from "./ask-judges.ts";
import type { Emit } from "./attempt-ports.ts";
import type { BenchmarkAttempt, BenchmarkResult, Equipment } from "./benchmark-attempt.ts";
import { blame, runErrorOf } from "./blame.ts";
import { type BenchmarkCheckpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { AskedModel } from "./model-calls.ts";
import { pauseWherePossible } from "./pause-where-possible.ts";
import { lookAround, runFlow, scoredSteps } from "./run-flow.ts";

/** Runs the attempt to its end. Never throws for what went wrong in the run: that is in `error`, with its origin. */
export async function runBenchmark(attempt: BenchmarkAttempt): Promise<BenchmarkResult> {
  const emit: Emit = (type, data) => blame("runner", () => attempt.emit(type, data));
  const blamed: BenchmarkAttempt = { ...attempt, emit };
  const usage: Usage = { tokens: 0, costUsd: null, modelCalls: 0, toolCalls: 0 };
  const result: BenchmarkResult = {
    outcome: "failed",
    endedBy: null,
    score: null,
    passed: null,
    error: null,
    usage,
    checkpoint: null,
  };
  try {
    return { ...result, ...(await runInWorld(blamed, usage)) };
  } catch (error) {
    // What waited for nothing but the cancel itself.
    if (attempt.signal.aborted && error === attempt.signal.reason) return { ...result, outcome: "cancelled" };
    return { ...result, error: runErrorOf(error) };
  }
}

async function runInWorld(given: BenchmarkAttempt, usage: Usage): Promise<Partial<BenchmarkResult>> {
  const { emit, task } = given;
  await emit("run.progressed", { phase: "preparing" });
  const checkpoint =
    given.checkpoint === null
      ? null
      : await blame("environment", () => decodeCheckpoint(given.checkpoint ?? new Uint8Array()));
  await using world = await blame("environment", () =>
    openWorld(task.environment, setupOf(given), checkpoint?.world ?? null),
  );
  const attempt = { ...given, control: pauseWherePossible(given, world) };
  await emit("run.progressed", { phase: "preparing", message: world.summary });
  const { agentModel = null } = attempt;
  const model = agentModel === null ? null : ((await attempt.openModel?.(agentModel, "agent")) ?? null);
  const start = checkpoint?.start ?? (await observeAll(attempt, world));
  const seen = checkpoint?.seen ?? (await lookAround(world));
  await blame("benchmark", () => checkAll(attempt, start));
  await using equipment = await blame("agent", async () => (await attempt.equip?.(world)) ?? null);
  const tools = [...toolsOf(task, world), ...(equipment?.tools ?? [])];
  const site: Site = { attempt, world, equipment, model, tools, usage, start, seen, checkpoint };
  await emit("run.progressed", { phase: "acting" });
  const result = task.flow === null ? await runTask(site) : await runWholeFlow(site);
  if (result.outcome === "completed") await emit("run.progressed", { phase: "cleaning" });
  return result;
}

/** What the agent acts in, and where it began. */
type Site = {
  attempt: BenchmarkAttempt;
  world: World;
  equipment: Equipment | null;
  /** The agent's; null for one without. */
  model: AskedModel | null;
  tools: readonly Tool[];
  usage: Usage;
  start: Observation;
  /** What the agent may be told of the world as it was then. */
  seen: Readonly<Record<string, Json>>;
  checkpoint: BenchmarkCheckpoint | null;
};

async function runTask(site: Site): Promise<Partial<BenchmarkResult>> {
  const { attempt, world, model, tools, usage, start, seen, checkpoint } = site;
  const { task, emit, control, limits, agent, signal } = attempt;
  const past = checkpoint?.history ?? nothingPast;
  const hands = new AgentHands({ tools, limits, emit, control, past, model });
  const asked: AgentTask = {
    prompt: fillPrompt(task.prompt, world.names),
    // Made when asked for: JSON Schemas cost milliseconds, and a reference solution reads none.
    get tools() {
      return describeTools(tools);
    },
    step: null,
    carry: "state",
    earlier: [],
    world: seen,
  };
  const acted = await act({
    agent,
    task: asked,
    hands,
    deadline: { seconds: limits.agent_s, usedS: checkpoint?.actedS ?? 0, limit: "agent_s" },
    signal,
  });
  const { actedS } = acted;
  Object.assign(usage, hands.usage);
  if (hands.fault !== null) throw hands.fault;
  if (acted.stop?.why === "cancel") return { outcome: "cancelled" };
  if (acted.stop?.why === "pause") return pausedAt(site, { history: hands.history, actedS, seen, flow: null });
  const ending = endingOf(acted, hands);
  await emit("agent.finished", finishedData(ending));
  const end = await beginScoring(site);
  const { groundTruth, openModel } = attempt;
  const judged = { groundTruth, prompt: asked.prompt, ending, step: null, openModel, emit, signal };
  const judgements = await askJudges(judged);
  const scored = { groundTruth, profile: task.scoring, start, end, ending, judgements };
  const record = await blame("scorer", () => scoreRun(scored));
  await emit("score.recorded", record);
  const endedBy = ending.how === "limit" ? `limit:${ending.limit}` : "agent";
  return { outcome: "completed", endedBy, score: record.score, passed: record.passed };
}

async function runWholeFlow(site: Site): Promise<Partial<BenchmarkResult>> {
  const { attempt, world, model, tools, usage, start, checkpoint } = site;
  const { task, groundTruth, steps: truths, emit } = attempt;
  const onUsed = (used: Usage): void => {
    Object.assign(usage, addUsage(usage, used));
  };
  const flow = { attempt, world, model, tools, onUsed };
  const ran = await runFlow(flow, checkpoint);
  if (ran.stop !== null) {
    const { stop, state, ...at } = ran;
    return stop.why === "pause" ? pausedAt(site, { ...at, flow: state }) : { outcome: "cancelled" };
  }
  const end = await beginScoring(site);
  const { openModel, signal } = attempt;
  const prompt = ran.steps.map((step) => step.prompt).join("\n\n");
  const { ending } = ran;
  const judgements = await askJudges({ groundTruth, prompt, ending, step: null, openModel, emit, signal });
  const record = await blame("scorer", () =>
    scoreFlow({
      steps: scoredSteps(ran.steps, truths),
      own: scoreOwn({ groundTruth, profile: task.scoring, start, end, ending, judgements }),
      profile: task.scoring,
      minScore: groundTruth.min_score,
    }),
  );
  await emit("score.recorded", record);
  return { outcome: "completed", endedBy: ran.endedBy, score: record.score, passed: record.passed };
}

async function pausedAt(
  { world, start }: Site,
  at: Pick<BenchmarkCheckpoint, "history" | "actedS" | "seen" | "flow">,
): Promise<Partial<BenchmarkResult>> {
  const snapshot = await blame("environment", () => world.snapshot());
  return { outcome: "paused", checkpoint: encodeCheckpoint({ start, ...at, world: snapshot }) };
}

/** The world as the agent left it, for the file's own ground truth. */
async function beginScoring({ attempt, world, equipment }: Site): Promise<Observation> {
  // What the agent brought along must not act on while the world is looked at.
  await blame("agent", async () => equipment?.[Symbol.asyncDispose]());
  await attempt.emit("run.progressed", { phase: "scoring" });
  return blame("environment", () => world.observe(subjectsOf(attempt.groundTruth)));
}

/** The world before anybody acts, as every ground truth of the file asks for it. */
function observeAll({ groundTruth, steps }: BenchmarkAttempt, world: World): Promise<Observation> {
  const truths = [groundTruth, ...steps.map((step) => step.groundTruth).filter((one) => one !== null)];
  return blame("environment", () => world.observe(truths.flatMap(subjectsOf)));
}

function checkAll({ task: { file }, groundTruth, steps }: BenchmarkAttempt, start: Observation): void {
  checkStart({ groundTruth, start, file });
  for (const step of steps) {
    if (step.groundTruth !== null) checkStart({ groundTruth: step.groundTruth, start, file, isLaterStep: true });
  }
}

function setupOf({ task, seed, emit, place = null }: BenchmarkAttempt): WorldSetup {
  const { initial_state: initialState, environment_options: options } = task;
  return { initialState, options, seed, record: ({ type, data }) => emit(type, data), place };
}

function toolsOf(task: BenchmarkTask, world: World): Tool[] {
  const isOffered = ({ name }: Tool) => task.tools === "all" || task.tools.includes(name);
  return [...world.tools.filter(isOffered), ...commonTools];
}
