// What a model is told before it begins: the same instructions for every benchmark, then the task and what can be seen
// of the world. No word of it depends on ground truth or solution, or says which tool a task needs.

import type { AgentTask, EarlierStep } from "./agent.ts";
import { worldWords } from "./world-words.ts";

/** The instructions that every model gets; part of its identity. */
export const systemPrompt = [
  "You are given a task and tools.",
  "The tools are the only way to look at the world and to act on it: what you write without calling a tool changes nothing.",
  "A call that returns an error did not do what it was meant to do; the error says why.",
  "Nobody answers questions: decide by yourself, and do what the task asks and nothing beside it.",
  "If the task cannot or must not be done, refuse it and say why; a tool is there for that.",
  "When you are done, say so without calling a tool. If the task asks for an answer, that text is taken as your answer,",
  "unless you gave one by the tool that is there for it.",
].join(" ");

const textCharsMax = 2_000;

/** The task, or the step, as the model is told it. */
export function taskText(task: AgentTask): string {
  const parts = [task.prompt];
  const { earlier, carry } = task;
  if (carry === "state" && earlier.length > 0) parts.unshift(`So far:\n\n${earlier.map(stepWords).join("\n\n")}`);
  const skipped = earlier.filter(({ status }) => status === "skipped").map(({ step }) => step);
  if (carry === "conversation" && skipped.length > 0) parts.unshift(`Not run before this: ${skipped.join(", ")}.`);
  const world = worldWords(task.world);
  if (world !== "") parts.push(earlier.length === 0 ? world : `Now:\n\n${world}`);
  return parts.join("\n\n");
}

/**
 * An earlier step in a few lines: what was asked, what was done and what came of it. Whether that was right is for the
 * ground truth to say, and not told.
 */
function stepWords({ step, prompt, status, answer, calls }: EarlierStep): string {
  const lines = [`Step ${step}${status === "skipped" ? " (not run)" : ""}: ${prompt}`];
  for (const { call, reply } of calls) {
    const result = reply.ok ? JSON.stringify(reply.result) : `error: ${reply.error.message}`;
    lines.push(`- ${call.tool} ${cut(JSON.stringify(call.args))} → ${cut(result)}`);
  }
  if (answer !== null) lines.push(`You said: ${cut(answer)}`);
  return lines.join("\n");
}

function cut(text: string): string {
  return text.length <= textCharsMax ? text : `${text.slice(0, textCharsMax).toWellFormed()}…`;
}
