// The lines of an event file: what a user's own program may report about itself. One JSON object a line, without
// numbers and times; the runner takes them over into its journal. Lifecycle is not the program's to report.

import { z } from "zod";

const message = z.string().max(8192).optional();

const lineSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("progress"), done: z.number().optional(), total: z.number().optional(), message }),
  z.strictObject({
    type: z.literal("step"),
    name: z.string().min(1).max(256),
    state: z.enum(["started", "completed", "failed"]),
    message,
  }),
  z.strictObject({
    type: z.literal("score"),
    score: z.number().min(0).max(1),
    passed: z.boolean().nullable().optional(),
    metrics: z.record(z.string(), z.number()).optional(),
    message,
  }),
  z.strictObject({
    type: z.literal("log"),
    level: z.enum(["debug", "info", "warn", "error"]).optional(),
    message: z.string(),
  }),
]);
type EventFileLine = z.infer<typeof lineSchema>;

/** A program's own types: `x.` and a name in lower case, such as `x.epoch-done`. They fold to nothing and are kept. */
const ownType = /^x\.[a-z0-9_.-]{1,60}$/;

/** One line as the journal takes it. */
export type ProgramRecord = { type: string; data: Record<string, unknown> };

/** What a line holds, or why it holds nothing that can be taken. */
export type ReadLine = { ok: true; record: ProgramRecord } | { ok: false; cause: string };

/** Reads the text of one line, without its newline. */
export function readEventLine(text: string): ReadLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, cause: `no JSON: ${(error as Error).message}` };
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return { ok: false, cause: "no JSON object" };
  }
  const { type, ...rest } = value as Record<string, unknown>;
  if (typeof type !== "string") return { ok: false, cause: 'no "type"' };
  if (ownType.test(type)) return { ok: true, record: { type, data: rest } };
  if (!["progress", "step", "score", "log"].includes(type)) {
    return {
      ok: false,
      cause: `unknown type ${JSON.stringify(type)}; known are progress, step, score, log and x.NAME`,
    };
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) return { ok: false, cause: z.prettifyError(parsed.error).replaceAll("\n", "; ") };
  return { ok: true, record: recordOf(parsed.data) };
}

function recordOf(line: EventFileLine): ProgramRecord {
  switch (line.type) {
    case "progress": {
      const { type: _, ...data } = line;
      return { type: "run.progressed", data };
    }
    case "step": {
      const data = { step: line.name, ...(line.message === undefined ? {} : { message: line.message }) };
      if (line.state !== "failed") return { type: `step.${line.state}`, data };
      const error = { code: "step.failed", origin: "agent", message: line.message ?? `step ${line.name} failed` };
      return { type: "step.failed", data: { ...data, error } };
    }
    case "score": {
      const { type: _, passed, ...data } = line;
      return { type: "score.recorded", data: { ...data, passed: passed ?? null, minScore: null } };
    }
    case "log":
      return { type: "log.written", data: { level: line.level ?? "info", message: line.message } };
  }
}
