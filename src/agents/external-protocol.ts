// The lines between Runledger and an agent that is a program: one JSON value a line, over its stdin and stdout. The
// protocol is for people who write agents in any language; docs/external-agents.md tells it to them.

import { z } from "zod";
import type { Json } from "../core/document-value.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { ToolReply } from "../core/tool.ts";
import type { AgentTask } from "./agent.ts";

/** The protocol's version, in the first line that a program gets. */
const protocolVersion = 1;

/** What names a call, as the program chose it; it comes back with the result. */
const callId = z.union([z.string().max(200), z.number()]);
const spoken = z.string().max(20_000, "must be at most 20000 characters long");
const count = z.number().int().nonnegative().max(systemLimits.reportedTokensMax);

const lineSchemas = {
  call: z.looseObject({
    type: z.literal("call"),
    id: callId,
    tool: z.string().min(1).max(200),
    args: z.record(z.string(), z.json()).default({}),
  }),
  message: z.looseObject({ type: z.literal("message"), text: spoken }),
  usage: z.looseObject({
    type: z.literal("usage"),
    tokens: count.optional(),
    inputTokens: count.nullable().optional(),
    outputTokens: count.nullable().optional(),
    costUsd: z.number().nonnegative().max(systemLimits.reportedCostUsdMax).nullable().optional(),
    model: z.string().max(200).optional(),
  }),
  finish: z.looseObject({
    type: z.literal("finish"),
    how: z.enum(["answered", "declined", "finished", "gave_up"]).default("finished"),
    text: spoken.nullable().default(null),
  }),
};
const lineSchema = z.discriminatedUnion("type", [
  lineSchemas.call,
  lineSchemas.message,
  lineSchemas.usage,
  lineSchemas.finish,
]);

/** What a program says. */
export type ProgramLine = z.infer<typeof lineSchema>;
/** A program's own account of a model call that it made. */
export type ReportedUsage = z.infer<typeof lineSchemas.usage>;

/** What a line of a program's stdout is: of the protocol, of it but wrong, or something else that it printed. */
export type ReadLine = { line: ProgramLine } | { fault: string; id: string | number | null } | { stray: string };

/** Reads one line of stdout. Only a JSON object with a `type` is meant for us; all else is the program's own print. */
export function readProgramLine(text: string): ReadLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { stray: text };
  }
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, "type")) return { stray: text };
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return { line: parsed.data };
  const { type, id } = value as { type: unknown; id?: unknown };
  const types = Object.keys(lineSchemas);
  const isKnown = typeof type === "string" && types.includes(type);
  const issue = parsed.error.issues[0];
  const fault = isKnown
    ? `${type}: ${issue?.path.join(".") || "the line"}: ${issue?.message}`
    : `there is no line of the type ${JSON.stringify(type)}; a program says ${types.join(", ")}`;
  return { fault, id: typeof id === "string" || typeof id === "number" ? id : null };
}

/** The first line that a program gets: all that it has to know. */
export function taskLine(task: AgentTask, run: { runId: string; attempt: number }): string {
  const { prompt, tools, step, carry, world } = task;
  const earlier = task.earlier.map((one) => ({
    ...{ step: one.step, prompt: one.prompt, status: one.status, answer: one.answer, world: one.world },
    calls: one.calls.map(({ call, reply }) => ({ ...call, ...outcomeOf(reply) })),
  }));
  return lineOf({ type: "task", v: protocolVersion, ...run, prompt, tools, step, carry, earlier, world });
}

/** The answer to a call. */
export function resultLine(id: string | number, reply: ToolReply): string {
  return lineOf({ type: "result", id, ...outcomeOf(reply) });
}

/** What is said of a line that is of the protocol and wrong. */
export function faultLine(id: string | number | null, message: string): string {
  return lineOf({ type: "error", id, message });
}

function outcomeOf(reply: ToolReply): { ok: boolean; result?: Json; error?: Json } {
  return reply.ok ? { ok: true, result: reply.result } : { ok: false, error: { ...reply.error } };
}

/** JSON has no newline of its own outside of strings, in which it is escaped: one value is one line. */
function lineOf(value: Record<string, unknown>): string {
  return `${JSON.stringify(value)}\n`;
}
