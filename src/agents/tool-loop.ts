// An agent of the kind `model`: asks its model, makes the calls that it asks for, gives it their results, and goes on
// until it calls nothing more. Everything it does goes through its hands, which record, count and limit it.

import { type AgentEnding, commonTools, type ToolReply } from "../core/tool.ts";
import type { ModelCall, ModelMessage, ModelReply, ModelRequest } from "../models/model.ts";
import type { Agent, AgentTask, Hands } from "./agent.ts";
import { assistantMessage, messagesOfStep, toolMessage, unreadableArguments } from "./conversation.ts";
import { systemPrompt, taskText } from "./task-words.ts";

/** What makes this loop what it is, beside the model and its parameters: part of the identity of its agents. */
export const loopIdentity = {
  loop: 1,
  system: systemPrompt,
  tools: commonTools.map(({ name, description }) => `${name}: ${description}`),
};

/** @param params Of each call of the model, by the AI SDK's names. */
export function toolLoop({ name, params }: { name: string; params: ModelRequest["params"] }): Agent {
  return { name, act: (task, hands) => converse(task, hands, params) };
}

/** Turn by turn; the hands end it at a limit, or when a call was the agent's last word. */
async function converse(task: AgentTask, hands: Hands, params: ModelRequest["params"]): Promise<AgentEnding> {
  const messages = await opening(task, hands);
  const { tools } = task;
  for (;;) {
    await hands.turn();
    // A copy: what was asked must not change when the conversation goes on.
    const reply = await hands.ask({ messages: [...messages], tools, params });
    if (reply.calls.length === 0) return lastWord(reply);
    messages.push(assistantMessage(reply));
    for (const call of reply.calls) messages.push(toolMessage(call, await make(call, hands)));
  }
}

async function opening(task: AgentTask, hands: Hands): Promise<ModelMessage[]> {
  const before = task.carry === "conversation" ? task.earlier.flatMap(messagesOfStep) : [];
  const instructions = { role: "system" as const, text: systemPrompt };
  const asked = { role: "user" as const, text: taskText(task) };
  await hands.say(instructions);
  await hands.say(asked);
  return [instructions, ...before, asked];
}

/** All calls of a turn are made, in their order, also after one that failed: the model learns what came of each. */
async function make(call: ModelCall, hands: Hands): Promise<ToolReply> {
  return call.args === null ? unreadableArguments(call) : hands.call({ tool: call.tool, args: call.args });
}

/** What it said when it called nothing more: its answer, where the task asks for one. */
function lastWord({ text, finish }: ModelReply): AgentEnding {
  if (text !== null && text.trim() !== "") return { how: "finished", text };
  if (finish === "content-filter") return { how: "gave_up", text: "the provider's content filter left nothing" };
  if (finish === "length") return { how: "gave_up", text: "the answer was cut at its greatest length" };
  return { how: "finished", text: null };
}
