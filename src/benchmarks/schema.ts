// The fields of a benchmark file as schemas: the one definition from which files are checked, and from which the
// published JSON Schema and docs/benchmark-format.md are made.

import { z } from "zod";
import { jsonOf, number, text } from "../core/document-value.ts";
import { runLimitsPatch } from "../core/limits.ts";
import { scoringProfiles } from "../scorers/score-run.ts";

/** Files and lists are bounded, so that no file can take the reader's memory. */
export const formatLimits = { cases: 20_000, casesFileBytes: 64 * 1024 * 1024, steps: 100 } as const;

const scalar = z.preprocess(jsonOf, z.union([z.string(), z.number(), z.boolean(), z.null()]));
const metadata = z.record(z.string(), scalar);
const promptText = text(z.string().min(1).max(100_000));
/** What stands in `calls.NAME` and `steps.NAME` of a reference. */
const name = text(z.string().regex(/^[A-Za-z0-9_-]{1,80}$/, "must be 1 to 80 of a-z A-Z 0-9 _ -"));
const groundTruth = z.record(z.string(), z.unknown()).describe("What must be true in the end.");

const callSchema = z
  .strictObject({
    tool: text(z.string()).describe("Name of the tool."),
    args: z
      .preprocess(jsonOf, z.record(z.string(), z.json()))
      .default({})
      .describe("Its arguments; a value may be a reference, {$ref: …}."),
    expect_error: z.boolean().default(false).describe("The call is meant to fail."),
    as: name.optional().describe("A name for later references to its result."),
  })
  .describe("A call of a tool.");
export const solutionSchema = z.array(callSchema).max(500);

export const stepSchema = z.strictObject({
  step: name.describe("Number or name, once in the flow."),
  description: text(z.string().min(1).max(500)).optional(),
  prompt: promptText.describe("What the agent is asked in this step."),
  depends_on: z.array(name).max(formatLimits.steps).default([]).describe("Earlier steps that must have ended well."),
  critical: z.boolean().default(true).describe("Its failure ends the flow; what did not run earns nothing."),
  timeout_s: number(z.number().positive()).optional().describe("Time for this step; default: limits.agent_s."),
  carry: z
    .enum(["state", "conversation"])
    .default("state")
    .describe(
      "What the agent brings along from earlier steps: what became of the world, or also what was said and done.",
    ),
  solution: solutionSchema.default([]).describe("What the agent deterministic plays in this step."),
  ground_truth: groundTruth.optional().describe("Checked right after this step."),
  weight: number(z.number().positive().max(1e9)).default(1).describe("Of this step's score in that of the flow."),
});

const caseId = text(
  z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/,
      "must be 1 to 80 of a-z A-Z 0-9 . _ - and start with a letter or digit",
    ),
);

/** Fields of the file that a case may have instead. */
export const caseOverrides = ["prompt", "initial_state", "ground_truth", "solution", "metadata"] as const;

export const caseSchema = z.strictObject({
  id: caseId.describe("The case's benchmark has the id <id>/<case id>."),
  vars: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a name"), z.unknown())
    .default({})
    .describe("Values for {{name}}."),
  prompt: promptText.optional().describe("Instead of the file's."),
  initial_state: z.array(z.unknown()).max(1000).optional().describe("Instead of the file's."),
  ground_truth: groundTruth.optional().describe("Instead of the file's."),
  solution: z.array(z.unknown()).max(500).optional().describe("Instead of the file's."),
  metadata: z.record(z.string(), z.unknown()).optional().describe("Laid over the file's."),
});
export type Case = z.output<typeof caseSchema>;

export const benchmarkSchema = z.strictObject({
  format: z.preprocess(jsonOf, z.literal(1)).default(1).describe("Version of this format."),
  id: text(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, "must be 1 to 80 of a-z 0-9 . _ - and start with a letter or digit"),
  )
    .optional()
    .describe("Must equal the file's name without its ending, which is the default."),
  description: text(z.string().min(1).max(500)).describe("What it is about, in a sentence."),
  tags: z
    .array(text(z.string().min(1).max(80)))
    .max(50)
    .default([])
    .describe("Words to find it by."),
  metadata: metadata.default({}).describe("Shown and filtered by, never interpreted."),
  environment: z.string().optional().describe("The world; default: solana if there is an initial_state, else text."),
  environment_options: z.unknown().optional().describe("By environment."),
  initial_state: z.array(z.unknown()).max(1000).default([]).describe("What the world holds at first, by environment."),
  prompt: promptText.optional().describe("What the agent is asked. Required unless there is a flow."),
  tools: z
    .union([z.literal("all"), z.array(text(z.string())).max(200)], "must be all or a list of tool names")
    .default("all")
    .describe("The tools that are offered; decline and answer always are."),
  flow: z.array(stepSchema).min(1).max(formatLimits.steps).optional().describe("Steps, instead of a prompt."),
  ground_truth: groundTruth,
  solution: solutionSchema.optional().describe("What the agent deterministic plays."),
  cases: z.array(z.unknown()).min(1).max(formatLimits.cases).optional().describe("Each is a benchmark of its own."),
  cases_file: text(z.string().min(1).max(1000)).optional().describe("The cases as .jsonl or .csv, beside this file."),
  limits: z.preprocess(jsonOf, runLimitsPatch).default({}).describe("Limits of a run."),
  scoring: z.enum(scoringProfiles).default("outcome").describe("Which breakdown is the score."),
});
export type ParsedFile = z.output<typeof benchmarkSchema>;
