// The port of agents: what is evaluated. An agent gets a prompt, the descriptions of the tools, and hands to call them
// with; it never sees the world itself, nor the ground truth.

import type { Json } from "../core/document-value.ts";
import type { AgentEnding, ToolCall, ToolDescription, ToolReply } from "../core/tool.ts";
import type { ModelReply, ModelRequest } from "../models/model.ts";

export type AgentTask = {
  prompt: string;
  tools: readonly ToolDescription[];
  /** Which step of a flow this is, from 0; null if the benchmark is one task. */
  step: { name: string; index: number } | null;
  /**
   * `state`: a fresh conversation, to which `earlier` brings each step's end and what the world was then.
   * `conversation`: the one of the earlier steps goes on, with all that was said and done in them.
   */
  carry: "state" | "conversation";
  /** The steps of the flow before this one, as they really went. */
  earlier: readonly EarlierStep[];
  /** What could be seen of the world when the task began; empty where there is nothing to see. */
  world: Readonly<Record<string, Json>>;
};

/** A step of a flow that is over. */
export type EarlierStep = {
  step: string;
  prompt: string;
  /** Whether it was worked on at all. Whether it was met is not for agents to know. */
  status: "run" | "skipped";
  /** What the agent said at its end. */
  answer: string | null;
  calls: readonly { call: ToolCall; reply: ToolReply }[];
  /** What the agent was told in it beside its tools, as it said it was. */
  said: readonly Saying[];
  /** What the agent's model said in it, in order; empty for an agent without one. */
  replies: readonly ModelReply[];
  /** What could be seen of the world when it was over; empty where there is nothing to see. */
  world: Readonly<Record<string, Json>>;
};

/** A part of the conversation that no model said. */
export type Saying = { role: "system" | "user"; text: string };

export type Hands = {
  /**
   * Calls a tool; wrong calls come back as errors to learn from. Calls run one after another in the order made.
   * Rejects once the agent is stopped (by a limit, a cancel or a pause, or because it has said its last word): let
   * that pass through.
   */
  call(call: ToolCall): Promise<ToolReply>;
  /** Announces a turn of the agent's loop, for agents that have one; rejects like `call`. */
  turn(): Promise<void>;
  /**
   * Asks the agent's model: recorded, counted and limited like a call, and answered from the record where an earlier
   * attempt has asked the same. Rejects like `call`, and where the model cannot be had at all.
   */
  ask(request: ModelRequest): Promise<ModelReply>;
  /** Records what an agent's model is told: instructions and tasks. What it was told before a pause is not said again. */
  say(saying: Saying): Promise<void>;
  /** Fires when the agent is stopped, so that it gives up waiting for anything else. */
  signal: AbortSignal;
};

export type Agent = {
  name: string;
  /**
   * Works on the task, or on one step of a flow, and says how it ended. After a pause it is started anew and its calls are answered from the
   * record until it is where it was: the same task and replies must lead to the same calls.
   */
  act(task: AgentTask, hands: Hands): Promise<AgentEnding>;
  /**
   * Resolves when nothing of it that could still act is left. Asked once it has ended or was stopped, before the world
   * is looked at; absent for an agent that acts by its hands alone.
   */
  release?(): Promise<void>;
};
