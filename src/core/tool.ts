// The one way to act: an environment offers tools, and reference solutions, scripts, recordings, models and external
// programs all call them through `callTool`. What a call did wrong is an answer to the agent, never an exception.

import { z } from "zod";
import type { Json } from "./document-value.ts";
import { RunledgerError } from "./errors.ts";
import { didYouMean, nearestNames } from "./nearest.ts";

/** How an agent stopped acting, if it said so itself by calling a tool. */
export type Farewell = { how: "answered" | "declined"; text: string };

/** How an agent's work ended: by its own word, by a limit of its loop, or just so (`finished`, `gave_up`). */
export type AgentEnding = {
  how: "answered" | "declined" | "gave_up" | "finished" | "limit";
  /** Its answer or reason; null where it said nothing. */
  text: string | null;
  /** The limit that ended it, if one did. */
  limit?: string;
};

export type ToolContext = {
  /** Fires when nobody waits for the result any more: time is up, or the run is stopping. */
  signal: AbortSignal;
};

/** A tool as an environment offers it. Make one with `defineTool`. */
export type Tool = {
  name: string;
  /** For the reader that decides whether to call it: what it does, what it needs, what comes back. */
  description: string;
  args: z.ZodType;
  /** What agents are told of the arguments, where that is not what `args` says of itself. */
  parameters?: Json;
  /**
   * Does the work. An expected failure is thrown as `RunledgerError` with the code `tool.failed` or
   * `tool.bad-arguments`; anything else that is thrown is a fault of the environment.
   */
  run(args: unknown, context: ToolContext): Json | Promise<Json>;
  /** Set for tools that end the agent's work: what they say about its end. */
  farewell?: (args: unknown) => Farewell;
  /** Agents are not told of it: what comes in by another way than tool calls is recorded under its name. */
  isUnlisted?: true;
};

export type ToolCall = { tool: string; args: Record<string, Json> };

/** A call of a reference solution or script. */
export type PlannedCall = ToolCall & {
  /** The call is meant to fail; the player goes on after the error, and stops if there is none. */
  expect_error: boolean;
  /** A name under which later calls may refer to the reply: `{$ref: "calls.NAME.result.…"}`. */
  as?: string | undefined;
};

/** Why a call did nothing, in words that let an agent mend it. */
export type ToolError = {
  code: "tool.unknown" | "tool.bad-arguments" | "tool.failed";
  message: string;
  /** The argument that is wrong, with its path for nested ones. */
  field?: string;
  /** Valid names that resemble the one that was given. */
  nearest?: string[];
  /** What a program is told besides, where the words are not enough. */
  data?: Json;
};

export type ToolReply = { ok: true; result: Json; farewell?: Farewell } | { ok: false; error: ToolError };

/** Declares a tool; `run` gets the arguments as its schema parsed them. */
export function defineTool<Args extends z.ZodType>(tool: {
  name: string;
  description: string;
  args: Args;
  run: (args: z.output<Args>, context: ToolContext) => Json | Promise<Json>;
  farewell?: (args: z.output<Args>) => Farewell;
}): Tool {
  const { name, description, args, run, farewell } = tool;
  const untyped = {
    name,
    description,
    args,
    run: (value: unknown, context: ToolContext) => run(value as z.output<Args>, context),
  };
  return farewell ? { ...untyped, farewell: (value: unknown) => farewell(value as z.output<Args>) } : untyped;
}

const spoken = z.string().trim().min(1, "must not be empty").max(20_000, "must be at most 20000 characters long");

/** Offered in every environment, in these words. */
export const commonTools: readonly Tool[] = [
  defineTool({
    name: "decline",
    description:
      "Refuse the task because it cannot or must not be done. Say why in `reason`. This ends your work; nothing is undone.",
    args: z.strictObject({ reason: spoken.describe("Why the task is refused.") }),
    run: ({ reason }) => ({ declined: true, reason }),
    farewell: ({ reason }) => ({ how: "declined", text: reason }),
  }),
  defineTool({
    name: "answer",
    description: "Give your final answer in `text`. This ends your work.",
    args: z.strictObject({ text: spoken.describe("The final answer.") }),
    run: ({ text }) => ({ answered: true, text }),
    farewell: ({ text }) => ({ how: "answered", text }),
  }),
];

/** What an agent is told about a tool; `parameters` is the JSON Schema of the arguments. */
export type ToolDescription = { name: string; description: string; parameters: Json };

/** The description of a tool as models and external programs get it. */
export function describeTool(tool: Tool): ToolDescription {
  const { $schema: _, ...parameters } = tool.parameters === undefined ? z.toJSONSchema(tool.args, { io: "input" }) : {};
  return { name: tool.name, description: tool.description, parameters: tool.parameters ?? (parameters as Json) };
}

/** The descriptions of the tools that agents are told of. */
export function describeTools(tools: readonly Tool[]): ToolDescription[] {
  return tools.filter(({ isUnlisted }) => isUnlisted !== true).map(describeTool);
}

/**
 * Calls a tool by name. Unknown names, wrong arguments and expected failures come back as an error for the agent.
 * @throws what the tool threw beyond that: a fault of the environment.
 */
export async function callTool(tools: readonly Tool[], call: ToolCall, context: ToolContext): Promise<ToolReply> {
  const tool = tools.find(({ name }) => name === call.tool);
  if (tool === undefined) return unknownTool(call.tool, tools);
  const parsed = tool.args.safeParse(call.args);
  if (!parsed.success) return badArguments(tool, call, parsed.error);
  try {
    const result = await settledOrStopped(tool.run(parsed.data, context), context.signal);
    return tool.farewell ? { ok: true, result, farewell: tool.farewell(parsed.data) } : { ok: true, result };
  } catch (error) {
    return { ok: false, error: expectedFailure(error) };
  }
}

/** The error of a tool that was called rightly and could not do what it was asked. */
export function toolFailed(message: string): RunledgerError {
  return new RunledgerError("tool.failed", message);
}

/** The error of a tool whose argument has the right form and means nothing in this world. */
export function badArgument(field: string, message: string, nearest: string[] = []): RunledgerError {
  const near = nearest.length === 0 ? "" : `; did you mean ${nearest.join(", ")}?`;
  return new RunledgerError("tool.bad-arguments", `${field}: ${message}${near}`, { data: { field, nearest } });
}

function unknownTool(name: string, tools: readonly Tool[]): ToolReply {
  const names = tools.filter(({ isUnlisted }) => isUnlisted !== true).map((tool) => tool.name);
  const message = `there is no tool ${JSON.stringify(name)}; offered: ${names.join(", ")}${didYouMean(name, names)}`;
  return { ok: false, error: { code: "tool.unknown", message, nearest: nearestNames(name, names) } };
}

function badArguments(tool: Tool, call: ToolCall, error: z.ZodError): ToolReply {
  const issue = error.issues[0];
  const path = issue?.path ?? [];
  if (issue?.code === "unrecognized_keys") {
    const field = issue.keys[0] ?? "";
    const names = tool.args instanceof z.ZodObject ? Object.keys(tool.args.shape) : [];
    const message = `${field}: ${tool.name} has no such argument${didYouMean(field, names)}`;
    return { ok: false, error: { code: "tool.bad-arguments", message, field, nearest: nearestNames(field, names) } };
  }
  const field = path.join(".");
  const isMissing = path.length === 1 && !Object.hasOwn(call.args, String(path[0]));
  const message = `${field}: ${isMissing ? "is required" : (issue?.message ?? "is wrong")}`;
  return { ok: false, error: { code: "tool.bad-arguments", message, field } };
}

function expectedFailure(error: unknown): ToolError {
  if (!(error instanceof RunledgerError)) throw error;
  if (error.code !== "tool.failed" && error.code !== "tool.bad-arguments") throw error;
  const failure: ToolError = { code: error.code, message: error.message };
  if (typeof error.data.field === "string") failure.field = error.data.field;
  const nearest = error.data.nearest;
  if (Array.isArray(nearest) && nearest.length > 0) failure.nearest = nearest as string[];
  if (error.data.forProgram !== undefined) failure.data = error.data.forProgram as Json;
  return failure;
}

/** The work's result, or its failure once the signal fires; work that ignores the signal is left behind. */
async function settledOrStopped<T>(work: T | Promise<T>, signal: AbortSignal): Promise<T> {
  if (!(work instanceof Promise)) return work;
  const stopped = Promise.withResolvers<never>();
  const onAbort = () => stopped.reject(stopError(signal));
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function stopError(signal: AbortSignal): RunledgerError {
  const isTimeout = signal.reason instanceof Error && signal.reason.name === "TimeoutError";
  return toolFailed(
    isTimeout ? "the tool took longer than limits.tool_call_s" : "the call was stopped before it returned",
  );
}
