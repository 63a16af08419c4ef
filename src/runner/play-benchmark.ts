// Plays the shipped benchmark 001 in this process, for tests: any agent, any limits, every event kept.

import { readFileSync } from "node:fs";
import type { Agent } from "../agents/agent.ts";
import { makeAgent } from "../agents/known-agents.ts";
import { parseBenchmark } from "../benchmarks/format.ts";
import { effectiveLimits, type RunLimitsPatch } from "../core/limits.ts";
import type { PlannedCall, ToolCall } from "../core/tool.ts";
import type { Control, Emit } from "./agent-hands.ts";
import { type BenchmarkAttempt, runBenchmark } from "./run-benchmark.ts";

export const shippedFile = "benchmarks/001-sol-transfer.yml";
export const shippedText = readFileSync(new URL(`../../${shippedFile}`, import.meta.url), "utf8");

export type PlayedEvent = { type: string; data: Record<string, unknown> };

type Options = {
  text?: string;
  agent?: Agent;
  solution?: PlannedCall[];
  limits?: RunLimitsPatch;
  control?: Control;
  signal?: AbortSignal;
  checkpoint?: Uint8Array | null;
  emit?: Emit;
};

/** Plays one attempt; what is not given is as the shipped file and a calm supervisor have it. */
export async function play(options: Options = {}) {
  const benchmark = parseBenchmark(options.text ?? shippedText, shippedFile);
  const events: PlayedEvent[] = [];
  const keep: Emit = async (type, data) => {
    events.push({ type, data: structuredClone(data) as Record<string, unknown> });
  };
  const attempt: BenchmarkAttempt = {
    task: benchmark.task,
    groundTruth: benchmark.groundTruth,
    agent: options.agent ?? makeAgent("deterministic", { solution: options.solution ?? benchmark.solution }),
    seed: 4127733018,
    limits: effectiveLimits("benchmark", benchmark.task.limits, options.limits ?? {}),
    emit: options.emit ?? keep,
    control: options.control ?? { check: () => "go" },
    signal: options.signal ?? new AbortController().signal,
    checkpoint: options.checkpoint ?? null,
  };
  const result = await runBenchmark(attempt);
  const dataOf = (type: string) => events.filter((event) => event.type === type).map(({ data }) => data);
  return { result, events, dataOf };
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
