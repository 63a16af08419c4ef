// One attempt at one benchmark, in this process: make the world, let the agent act on it through the tools, score what
// it left behind. Everything that happens is emitted; what went wrong is data in the result.

import type { Agent, AgentTask } from "../agents/agent.ts";
import type { BenchmarkTask } from "../benchmarks/benchmark.ts";
import { fillPrompt } from "../benchmarks/prompt.ts";
import type { RunError, Usage } from "../core/events.ts";
import type { RunLimits } from "../core/limits.ts";
import { type AgentEnding, commonTools, describeTool, type Tool } from "../core/tool.ts";
import type { World, WorldSetup } from "../environments/environment.ts";
import type { Observation } from "../environments/observation.ts";
import { openWorld } from "../environments/open-world.ts";
import type { GroundTruth } from "../scorers/ground-truth.ts";
import { checkStart, type ScoreRecord, scoreRun, subjectsOf } from "../scorers/score-run.ts";
import { AgentHands, type Control, type Emit, type Stop } from "./agent-hands.ts";
import { blame, runErrorOf } from "./blame.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";

export type BenchmarkAttempt = {
  task: BenchmarkTask;
  /** Kept from the agent: only the scorers see it. */
  groundTruth: GroundTruth;
  agent: Agent;
  seed: number;
  /** The run's limits; those of the agent's loop are enforced here. */
  limits: RunLimits;
  emit: Emit;
  control: Control;
  /** Stops the agent at once, like a cancel that does not wait for the next safe point. */
  signal: AbortSignal;
  /** From a paused attempt: go on from there. */
  checkpoint: Uint8Array | null;
};

export type BenchmarkResult = {
  outcome: "completed" | "failed" | "cancelled" | "paused";
  /** `agent`, or `limit:<name>`; null unless completed. */
  endedBy: string | null;
  score: number | null;
  passed: boolean | null;
  error: RunError | null;
  usage: Usage;
  /** What a later attempt goes on from; set exactly if paused. */
  checkpoint: Uint8Array | null;
};

type Acted = { start: Observation; hands: AgentHands; ending: AgentEnding | null; stop: Stop | null };

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
    return { ...result, error: runErrorOf(error) };
  }
}

async function runInWorld(attempt: BenchmarkAttempt, usage: Usage): Promise<Partial<BenchmarkResult>> {
  const { emit } = attempt;
  await emit("run.progressed", { phase: "preparing" });
  const checkpoint =
    attempt.checkpoint === null
      ? null
      : await blame("environment", () => decodeCheckpoint(attempt.checkpoint ?? new Uint8Array()));
  await using world = await blame("environment", () =>
    openWorld(attempt.task.environment, setupOf(attempt), checkpoint?.world ?? null),
  );
  await emit("run.progressed", { phase: "preparing", message: world.summary });
  const acted = await act(attempt, world, usage, checkpoint);
  if (acted.hands.fault !== null) throw acted.hands.fault;
  if (acted.stop?.why === "cancel") return { outcome: "cancelled" };
  if (acted.stop?.why === "pause") {
    const snapshot = await blame("environment", () => world.snapshot());
    const { start, hands } = acted;
    return { outcome: "paused", checkpoint: encodeCheckpoint({ start, history: hands.history, world: snapshot }) };
  }
  const ending = endingOf(acted);
  await emit("agent.finished", {
    how: ending.how,
    ...(ending.text === null ? {} : { text: ending.text }),
    ...(ending.limit === undefined ? {} : { limit: ending.limit }),
  });
  const record = await score(attempt, world, acted.start, ending);
  await emit("run.progressed", { phase: "cleaning" });
  const endedBy = ending.how === "limit" ? `limit:${ending.limit}` : "agent";
  return { outcome: "completed", endedBy, score: record.score, passed: record.passed };
}

/** Lets the agent act until it ends or is stopped, and no call of its is under way any more. */
async function act(
  attempt: BenchmarkAttempt,
  world: World,
  usage: Usage,
  checkpoint: ReturnType<typeof decodeCheckpoint> | null,
): Promise<Acted> {
  const { task, groundTruth, emit, control, limits, signal } = attempt;
  const start = checkpoint?.start ?? (await blame("environment", () => world.observe(subjectsOf(groundTruth))));
  await blame("benchmark", () => checkStart({ groundTruth, start, file: task.file }));
  const tools = toolsOf(task, world);
  const hands = new AgentHands({ tools, limits, emit, control, past: checkpoint?.history ?? [] });
  await emit("run.progressed", { phase: "acting" });
  using _ = stopWhen(hands, signal, limits.agent_s);
  const seen: AgentTask = {
    prompt: fillPrompt(task.prompt, world.names),
    // Made when asked for: JSON Schemas cost milliseconds, and a reference solution reads none.
    get tools() {
      return tools.map(describeTool);
    },
  };
  const work = blame("agent", () => attempt.agent.act(seen, hands));
  try {
    const first = await Promise.race([work.then((ending) => ({ ending })), hands.stopped.then((stop) => ({ stop }))]);
    if ("ending" in first) return { start, hands, ending: first.ending, stop: null };
    return { start, hands, ending: null, stop: first.stop };
  } catch (error) {
    // An agent that is stopped fails by being stopped: that is no fault of its.
    const stop = await stopOf(hands);
    if (stop === null) throw error;
    return { start, hands, ending: null, stop };
  } finally {
    hands.stop({ why: "done" });
    await hands.idle();
    usage.toolCalls = hands.callsMade;
    // An agent that goes on after its stop can only fail from here on, and nobody waits for it.
    work.catch(() => {});
  }
}

async function score(
  attempt: BenchmarkAttempt,
  world: World,
  start: Observation,
  ending: AgentEnding,
): Promise<ScoreRecord> {
  const { task, groundTruth, emit } = attempt;
  await emit("run.progressed", { phase: "scoring" });
  const end = await blame("environment", () => world.observe(subjectsOf(groundTruth)));
  const record = await blame("scorer", () => scoreRun({ groundTruth, profile: task.scoring, start, end, ending }));
  await emit("score.recorded", record);
  return record;
}

/** The agent's own last word counts before what it returned; a limit that stopped it is neither. */
function endingOf({ hands, ending, stop }: Acted): AgentEnding {
  if (hands.farewell !== null) return hands.farewell;
  if (stop?.why === "limit") return { how: "limit", text: null, limit: stop.limit };
  return ending ?? { how: "finished", text: null };
}

function setupOf({ task, seed, emit }: BenchmarkAttempt): WorldSetup {
  const { initial_state: initialState, environment_options: options } = task;
  return { initialState, options, seed, record: ({ type, data }) => emit(type, data) };
}

function toolsOf(task: BenchmarkTask, world: World): Tool[] {
  const isOffered = ({ name }: Tool) => task.tools === "all" || task.tools.includes(name);
  return [...world.tools.filter(isOffered), ...commonTools];
}

/** Stops the hands when the signal fires or the agent's time is up. */
function stopWhen(hands: AgentHands, signal: AbortSignal, agentSeconds: number | null): Disposable {
  const cancel = () => hands.stop({ why: "cancel" });
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const timeUp = () => hands.stop({ why: "limit", limit: "agent_s" });
  const timer = agentSeconds === null ? undefined : setTimeout(timeUp, agentSeconds * 1000);
  return {
    [Symbol.dispose]() {
      signal.removeEventListener("abort", cancel);
      clearTimeout(timer);
    },
  };
}

/** The reason for which the hands are stopped already, or null. */
async function stopOf(hands: AgentHands): Promise<Stop | null> {
  return hands.signal.aborted ? hands.stopped : null;
}
