// Plays a benchmark in this process, for tests: 001 unless another is given, any agent, any limits, every event kept.

import { readFileSync } from "node:fs";
import type { Agent } from "../agents/agent.ts";
import { makeAgent } from "../agents/known-agents.ts";
import type { Benchmark } from "../benchmarks/benchmark.ts";
import { parseBenchmark } from "../benchmarks/format.ts";
import { effectiveLimits, type RunLimitsPatch } from "../core/limits.ts";
import type { PlannedCall, ToolCall } from "../core/tool.ts";
import type { WorkPlace } from "../environments/environment.ts";
import type { Model } from "../models/model.ts";
import type { Control, Emit } from "./attempt-ports.ts";
import type { BenchmarkAttempt } from "./benchmark-attempt.ts";
import type { OpenModel } from "./model-source.ts";
import { runBenchmark } from "./run-benchmark.ts";

export const shippedFile = "benchmarks/001-sol-transfer.yml";
export const shippedText = readFileSync(new URL(`../../${shippedFile}`, import.meta.url), "utf8");

export type PlayedEvent = { type: string; data: Record<string, unknown> };

type Options = {
  /** Path of a shipped benchmark, from the repository's root. */
  file?: string;
  text?: string;
  /** Read already, such as a case of a file. */
  benchmark?: Benchmark;
  agent?: Agent;
  /** What the agent asks, and the judges of the benchmark. */
  model?: Model;
  /** Its answers come from a recording. */
  isReplayed?: boolean;
  solution?: PlannedCall[];
  /** The solution of each step of a flow. */
  steps?: PlannedCall[][];
  seed?: number;
  limits?: RunLimitsPatch;
  control?: Control;
  signal?: AbortSignal;
  checkpoint?: Uint8Array | null;
  emit?: Emit;
  /** For worlds that keep files and run programs. */
  place?: WorkPlace;
};

/** Plays one attempt; what is not given is as the shipped file and a calm supervisor have it. */
export async function play(options: Options = {}) {
  const { file = shippedFile } = options;
  const textOf = () => options.text ?? readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  const benchmark = options.benchmark ?? parseBenchmark(textOf(), file);
  const calls = options.solution ?? benchmark.solution;
  const steps = options.steps ?? benchmark.steps.map(({ solution }) => solution);
  const events: PlayedEvent[] = [];
  const keep: Emit = async (type, data) => {
    events.push({ type, data: structuredClone(data) as Record<string, unknown> });
  };
  const attempt: BenchmarkAttempt = {
    task: benchmark.task,
    groundTruth: benchmark.groundTruth,
    steps: benchmark.steps,
    ...(options.model === undefined
      ? {}
      : { agentModel: options.model.name, openModel: opens(options.model, options.isReplayed) }),
    agent: options.agent ?? makeAgent("deterministic", { solution: { calls, steps } }),
    seed: options.seed ?? 4127733018,
    limits: effectiveLimits("benchmark", benchmark.task.limits, options.limits ?? {}),
    emit: options.emit ?? keep,
    control: options.control ?? { check: () => "go" },
    signal: options.signal ?? new AbortController().signal,
    checkpoint: options.checkpoint ?? null,
    place: options.place ?? null,
  };
  const result = await runBenchmark(attempt);
  const dataOf = (type: string) => events.filter((event) => event.type === type).map(({ data }) => data);
  return { result, events, dataOf };
}

function opens(model: Model, isReplayed = false): OpenModel {
  return async () => ({ model, prices: undefined, isReplayed, callSeconds: null });
}

/** An agent that does what the function says. */
export function acting(act: Agent["act"]): Agent {
  return { name: "acting", act };
}

/** A call of a solution that is meant to work. */
export function planned(tool: string, args: ToolCall["args"] = {}): PlannedCall {
  return { tool, args, expect_error: false };
}

/** The call that adds a transfer from the agent's wallet. */
export function pay(lamports: number | string, to = "RECIPIENT_WALLET_PUBKEY"): PlannedCall {
  return planned("sol_transfer", { from: "USER_WALLET_PUBKEY", to, lamports });
}

export const submit = planned("submit");
