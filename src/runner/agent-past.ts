// What an agent has done and used, in a form that a checkpoint can keep: enough to answer it all a second time.

import type { Saying } from "../agents/agent.ts";
import type { ToolCall, ToolReply } from "../core/tool.ts";
import type { ModelReply } from "../models/model.ts";

/** A call and its reply. */
export type PastCall = { call: ToolCall; reply: ToolReply };

/** An answer of the model, with the digest of what it was asked and what it cost. */
export type PastReply = { request: string; reply: ModelReply; costUsd: number | null };

export type Past = { calls: readonly PastCall[]; said: readonly Saying[]; replies: readonly PastReply[] };

export const nothingPast: Past = { calls: [], said: [], replies: [] };

/** What was done in all. An agent that is paused again on its way back has not undone what lies before it. */
export function furtherOf(past: Past, again: Past): Past {
  return {
    calls: longerOf(past.calls, again.calls),
    said: longerOf(past.said, again.said),
    replies: longerOf(past.replies, again.replies),
  };
}

function longerOf<T>(before: readonly T[], again: readonly T[]): readonly T[] {
  return before.length > again.length ? before : again;
}

/** How much of the limits that count over a whole run is used, by all attempts and steps so far. */
export type Spent = { calls: number; turns: number; modelCalls: number; tokens: number; costUsd: number };

export const nothingSpent: Spent = { calls: 0, turns: 0, modelCalls: 0, tokens: 0, costUsd: 0 };
