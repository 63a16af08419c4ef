// The limits of one run: those that a file's `limits` map and --limits may name. Names end in their unit; the fixed
// limits of the system itself are in system-limits.ts.

import { z } from "zod";

/** Kinds of runs; the word before each default in docs. */
export const runKinds = ["benchmark", "scenario", "command"] as const;
export type RunKind = (typeof runKinds)[number];

type LimitEntry = {
  /** Defaults by kind; null means none. */
  defaults: Record<RunKind, number | null>;
  enforcedBy: "supervisor" | "runner" | "supervisor and runner";
  /** How a run that meets it ends. */
  endsAs: "timed_out" | "failed" | "completed" | "error to the agent" | "none";
  integer: boolean;
};

function entry(
  [benchmark, scenario, command]: [number | null, number | null, number | null],
  enforcedBy: LimitEntry["enforcedBy"],
  endsAs: LimitEntry["endsAs"],
  integer = false,
): LimitEntry {
  return { defaults: { benchmark, scenario, command }, enforcedBy, endsAs, integer };
}

/** Who enforces each limit, its defaults by kind of run, and what a run that meets it ends as. */
export const runLimits = {
  wall_s: entry([600, 86_400, null], "supervisor and runner", "timed_out"),
  idle_s: entry([null, null, null], "supervisor", "timed_out"),
  queue_s: entry([null, null, null], "supervisor", "timed_out"),
  agent_s: entry([300, null, null], "runner", "completed"),
  turns: entry([20, null, null], "runner", "completed", true),
  tool_calls: entry([60, null, null], "runner", "completed", true),
  tokens: entry([null, null, null], "runner", "completed", true),
  cost_usd: entry([null, null, null], "runner", "completed"),
  model_call_s: entry([120, 120, null], "runner", "error to the agent"),
  tool_call_s: entry([30, 30, null], "runner", "error to the agent"),
  memory_mib: entry([1024, 1024, null], "supervisor", "failed", true),
  output_mib: entry([16, 16, 16], "runner", "failed", true),
  journal_mib: entry([256, 256, 256], "supervisor", "failed", true),
  events: entry([200_000, 200_000, 200_000], "supervisor", "failed", true),
  event_kib: entry([256, 256, 256], "runner", "none", true),
  grace_s: entry([5, 5, 5], "supervisor", "none"),
  orphan_s: entry([600, 600, 600], "runner", "failed"),
} as const satisfies Record<string, LimitEntry>;

export type RunLimitName = keyof typeof runLimits;

/** Limits as a run carries them: every name has a number, or null for none. */
export type RunLimits = Record<RunLimitName, number | null>;

const limitNames = Object.keys(runLimits) as RunLimitName[];

/** A map of some limits, as files and options give it: unknown names are errors, numbers are positive. */
export const runLimitsPatch = z.strictObject(
  Object.fromEntries(
    limitNames.map((name) => {
      const positive = runLimits[name].integer ? z.number().int().positive() : z.number().positive();
      return [name, (name === "grace_s" ? z.number().nonnegative() : positive).nullable().optional()];
    }),
  ) as Record<RunLimitName, z.ZodOptional<z.ZodNullable<z.ZodNumber>>>,
);
export type RunLimitsPatch = z.infer<typeof runLimitsPatch>;

/** The limits of a run: defaults of its kind, overlaid by each patch in turn. */
export function effectiveLimits(kind: RunKind, ...patches: RunLimitsPatch[]): RunLimits {
  const limits = Object.fromEntries(limitNames.map((name) => [name, runLimits[name].defaults[kind]])) as RunLimits;
  for (const patch of patches) {
    for (const name of limitNames) {
      const value = patch[name];
      if (value !== undefined) limits[name] = value;
    }
  }
  return limits;
}
