// The benchmark file format: text in, a checked benchmark out, or an error that names file, line, column and the
// nearest valid name. What the format has and this build does not run is refused by name, never ignored.

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import { canonicalJson, jsonOf, text } from "../core/document-value.ts";
import { runLimitsPatch } from "../core/limits.ts";
import { commonTools, type PlannedCall } from "../core/tool.ts";
import type { EnvironmentFormat } from "../environments/environment-format.ts";
import { environmentFormats, environmentsNotYet } from "../environments/formats.ts";
import { scoringProfiles } from "../scorers/score-run.ts";
import type { Benchmark } from "./benchmark.ts";
import { Faults } from "./faults.ts";
import { parseGroundTruth } from "./ground-truth-format.ts";
import { checkPrompt } from "./prompt.ts";
import { readYaml } from "./yaml-source.ts";

const scalar = z.preprocess(jsonOf, z.union([z.string(), z.number(), z.boolean(), z.null()]));

const callSchema = z.strictObject({
  tool: text(z.string()),
  args: z.preprocess(jsonOf, z.record(z.string(), z.json())).default({}),
  expect_error: z.boolean().default(false),
});

const benchmarkSchema = z.strictObject({
  format: z.preprocess(jsonOf, z.literal(1)).default(1),
  id: text(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, "must be 1 to 80 of a-z 0-9 . _ - and start with a letter or digit"),
  ),
  description: text(z.string().min(1).max(500)),
  tags: z
    .array(text(z.string().min(1).max(80)))
    .max(50)
    .default([]),
  metadata: z.record(z.string(), scalar).default({}),
  environment: z.string(),
  environment_options: z.unknown().optional(),
  initial_state: z.array(z.unknown()).max(1000).default([]),
  prompt: text(z.string().min(1).max(100_000)),
  tools: z
    .union([z.literal("all"), z.array(text(z.string())).max(200)], "must be all or a list of tool names")
    .default("all"),
  ground_truth: z.record(z.string(), z.unknown()),
  solution: z.array(callSchema).max(500).optional(),
  limits: z.preprocess(jsonOf, runLimitsPatch).default({}),
  scoring: z.enum(scoringProfiles).default("outcome"),
});
type Parsed = z.output<typeof benchmarkSchema>;

/** Top-level fields that the format has and this build does not run. */
const fieldsNotYet = ["flow", "cases", "cases_file"];

/**
 * Reads a benchmark.
 * @param source The file's text.
 * @param file Its path, for messages; its stem must be the benchmark's id.
 * @throws `benchmark.invalid`, or `benchmark.not-supported-yet` for a part of the format that this build does not run.
 */
export function parseBenchmark(source: string, file: string): Benchmark {
  const yaml = readYaml(source, file);
  const faults = new Faults(yaml);
  const raw =
    faults.parse(z.record(z.string(), z.unknown(), "must be a map of the benchmark's fields"), yaml.value) ?? {};
  faults.throwIfAny();
  noteFieldsNotYet(raw, faults);
  const environment = raw.environment ?? (Object.hasOwn(raw, "initial_state") ? "solana" : "text");
  const format = environmentFormat(environment, faults);
  for (const { path, message, isNotYet } of format?.notYet({
    initialState: raw.initial_state,
    options: raw.environment_options,
  }) ?? []) {
    faults.add(path, message, { isNotYet: isNotYet ?? false });
  }
  faults.throwIfAny();
  const parsed = faults.parse(benchmarkSchema, { ...raw, environment });
  faults.throwIfAny();
  if (parsed === null || format === null) throw new Error("unreachable: faults are thrown above");
  const benchmark = assemble(parsed, format, faults, file);
  faults.throwIfAny();
  return { ...benchmark, digest: contentDigest(yaml.value) };
}

/** `sha256:` and the hash of the content in canonical JSON: layout, comments and order of keys do not change it. */
function contentDigest(content: unknown): string {
  return `sha256:${createHash("sha256")
    .update(canonicalJson(jsonOf(content)), "utf8")
    .digest("hex")}`;
}

function assemble(parsed: Parsed, format: EnvironmentFormat, faults: Faults, file: string): Omit<Benchmark, "digest"> {
  const { id, description, tags, metadata, environment, prompt, tools, limits, scoring } = parsed;
  const stem = basename(file).replace(/\.ya?ml$/, "");
  if (id !== stem) faults.add(["id"], `must equal the file's name without its ending, ${JSON.stringify(stem)}`);
  const initialState = parsed.initial_state.map((entry, index) =>
    faults.parse(format.stateEntry, entry, ["initial_state", index]),
  );
  const options = faults.parse(format.options, parsed.environment_options ?? {}, ["environment_options"]);
  faults.throwIfAny();
  for (const { path, message } of format.faults(initialState)) faults.add(path, message);
  const names = format.names(initialState);
  checkPrompt(prompt, names, faults);
  const offered = [...format.toolNames, ...commonTools.map(({ name }) => name)];
  checkToolNames(parsed, offered, faults);
  const groundTruth = parseGroundTruth({
    raw: parsed.ground_truth,
    environment,
    scoring,
    isAccount: (name) => names.includes(name) || format.isAddress(name),
    names,
    faults,
  });
  return {
    id,
    description,
    tags,
    metadata,
    task: {
      id,
      file,
      environment,
      initial_state: initialState,
      environment_options: options,
      prompt,
      tools,
      limits,
      scoring,
    },
    groundTruth,
    solution: parsed.solution === undefined ? null : (parsed.solution as PlannedCall[]),
  };
}

function noteFieldsNotYet(raw: Record<string, unknown>, faults: Faults): void {
  for (const field of fieldsNotYet) {
    if (Object.hasOwn(raw, field)) faults.add([field], "cannot be run yet", { atKey: true, isNotYet: true });
  }
  for (const [index, call] of (Array.isArray(raw.solution) ? raw.solution : []).entries()) {
    if (call === null || typeof call !== "object") continue;
    if (Object.hasOwn(call, "as"))
      faults.add(["solution", index, "as"], "cannot be used yet", { atKey: true, isNotYet: true });
    if (mentionsReference(call))
      faults.add(["solution", index], "references ($ref) cannot be used yet", { isNotYet: true });
  }
}

function mentionsReference(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  return Object.hasOwn(value, "$ref") || Object.values(value).some(mentionsReference);
}

function environmentFormat(name: unknown, faults: Faults): EnvironmentFormat | null {
  const known = Object.keys(environmentFormats);
  if (typeof name === "string" && Object.hasOwn(environmentFormats, name)) return environmentFormats[name] ?? null;
  if (environmentsNotYet.includes(String(name))) {
    faults.add(["environment"], `the environment ${name} cannot be used yet; this build has ${known.join(", ")}`, {
      isNotYet: true,
    });
  } else faults.addUnknown(["environment"], "unknown environment", String(name), [...known, ...environmentsNotYet]);
  return null;
}

function checkToolNames({ tools, solution }: Parsed, offered: readonly string[], faults: Faults): void {
  for (const [index, name] of (tools === "all" ? [] : tools).entries()) {
    if (!offered.includes(name)) faults.addUnknown(["tools", index], "unknown tool", name, offered);
  }
  const common = commonTools.map(({ name }) => name);
  const usable = tools === "all" ? offered : [...tools, ...common];
  for (const [index, { tool }] of (solution ?? []).entries()) {
    if (!usable.includes(tool)) faults.addUnknown(["solution", index, "tool"], "unknown tool", tool, usable);
  }
}
