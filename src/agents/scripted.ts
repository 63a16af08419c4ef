// The agent `scripted` replays tool calls from a file: a wrong solution, a recording, an attack. It is left out of
// rankings, and unlike a reference solution it may do anything that a model could.

import { readFileSync, statSync } from "node:fs";
import { z } from "zod";
import type { Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { PlannedCall } from "../core/tool.ts";
import type { Agent } from "./agent.ts";
import { playSolution, type Solution } from "./deterministic.ts";

const call = z.strictObject({
  tool: z.string().min(1),
  args: z.record(z.string(), z.json()).default({}),
  expect_error: z.boolean().default(false),
  as: z.string().optional(),
});
const scriptSchema = z.union([
  z.array(call).transform((calls) => ({ calls, steps: [] })),
  z.strictObject({ steps: z.array(z.array(call)) }).transform(({ steps }) => ({ calls: null, steps })),
]);

/** A script is recorded with the run that plays it, in an event of limited size. */
const scriptBytesMax = 48 * 1024;

/**
 * Reads a script: JSON lines with one call each, or one JSON value: a list of calls, or `{"steps": [[…], …]}` with a
 * list for each step of a flow. A call is `{tool, args, expect_error, as}`, as in a solution.
 * @throws `file.not-found`, `file.unreadable`, or `usage.bad-value` with what is wrong.
 */
export function readScript(path: string): Json {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new RunledgerError("file.not-found", `there is no script ${path}`);
  if (!stat.isFile() || stat.size > scriptBytesMax) {
    throw new RunledgerError("file.unreadable", `the script ${path} is no file of at most ${scriptBytesMax} bytes`);
  }
  const value = callsIn(readFileSync(path, "utf8"), path);
  const parsed = scriptSchema.safeParse(value);
  if (parsed.success) return value as Json;
  throw new RunledgerError("usage.bad-value", `the script ${path} cannot be played: ${z.prettifyError(parsed.error)}`);
}

/** @param script What `readScript` gave, out of the run's params. @throws `agent.failed` if it is none. */
export function scriptedAgent(script: unknown): Agent {
  const parsed = scriptSchema.safeParse(script);
  if (!parsed.success) {
    throw new RunledgerError("agent.failed", "the agent scripted plays a script of tool calls, and was given none");
  }
  const { calls, steps } = parsed.data;
  const solution: Solution = { calls: calls as PlannedCall[] | null, steps: steps as PlannedCall[][] };
  return { name: "scripted", act: (task, hands) => playSolution(solution, task, hands) };
}

function callsIn(text: string, path: string): unknown {
  const isLines = text.trimStart().startsWith("{") && !/^\s*\{\s*"steps"/.test(text);
  try {
    if (!isLines) return JSON.parse(text);
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line) as unknown);
  } catch (error) {
    throw new RunledgerError("usage.bad-value", `the script ${path} is no JSON: ${(error as Error).message}`);
  }
}
