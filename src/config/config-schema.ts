// What a configuration may say, checked when it is loaded: every fault names the key and, for an unknown one, the
// nearest that there is.

import { z } from "zod";
import { RunledgerError } from "../core/errors.ts";
import { runLimitsPatch } from "../core/limits.ts";
import { didYouMean } from "../core/nearest.ts";
import { nameFaults } from "./config-names.ts";
import type { Config } from "./define-config.ts";

const text = z.string().min(1);
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/, "must be letters, digits and . _ -, at most 80");
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable");
const words = z.array(z.string()).min(1).max(100);
const act = z.custom<(...args: never[]) => unknown>((value) => typeof value === "function", "must be a function");

const mcpName = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, "must be letters, digits, _ and -, at most 32");
const mcpServer = z.union([
  z.strictObject({ name: mcpName, command: words, env: z.array(variable).optional() }),
  z.strictObject({ name: mcpName, url: z.url(), tokenVariable: variable.optional() }),
]);
const agentFields = { name, env: z.array(variable).optional(), mcp: z.array(mcpServer).max(16).optional() };
const commandAgent = z.strictObject({
  ...agentFields,
  command: words,
  set: z.record(variable, z.string()).optional(),
});
const codeAgent = z.strictObject({ ...agentFields, act });
const modelAgent = z.strictObject({ ...agentFields, model: text, params: z.record(z.string(), z.json()).optional() });
const agent = z.unknown().transform((value, context) => orIssues(agentSchemaOf(value), value, context));

/** By what only one of them has; without any, it is a program whose command is missing. */
function agentSchemaOf(value: unknown) {
  if (isRecord(value) && Object.hasOwn(value, "act")) return codeAgent;
  return isRecord(value) && Object.hasOwn(value, "model") ? modelAgent : commandAgent;
}

const schema = z.custom<z.ZodType>(
  (value) => value instanceof Object && "safeParse" in value,
  "must be a schema of zod",
);
/** What every provider of models takes. */
const toolName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be letters, digits, _ and -, at most 64");

const tool = z.strictObject({
  name: toolName,
  description: text,
  args: schema,
  run: act,
  farewell: act.optional(),
  environments: z.array(name).optional(),
});

const scorer = z.looseObject({
  list: z.enum(["final_state_assertions", "answer_assertions"]),
  environments: z.union([z.literal("all"), z.array(name)]),
  schema,
  subjects: act,
  claim: act,
  judge: act,
});

const environment = z.strictObject({
  state: schema.optional(),
  options: schema.optional(),
  toolNames: z.array(toolName).max(200),
  open: act,
  restore: act,
});

const provider = z.strictObject({
  name,
  baseUrl: z.url(),
  keyVariable: variable.nullable(),
  models: z.array(text).optional(),
  api: z.enum(["chat", "responses"]).optional(),
  returnsReasoning: z.boolean().optional(),
});
const cost = z.number().nonnegative();
const configuredCommand = z.strictObject({
  command: words,
  cwd: text.optional(),
  cleanEnv: z.boolean().optional(),
});

const configSchema = z.strictObject({
  agents: z.array(agent).optional(),
  tools: z.array(tool).optional(),
  scorers: z
    .record(z.string().regex(/^[A-Z][A-Za-z0-9]{0,79}$/, "must begin with a capital letter"), scorer)
    .optional(),
  environments: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, "must be a-z 0-9 . _ -, at most 80"), environment)
    .optional(),
  providers: z.array(provider).optional(),
  prices: z.record(text, z.strictObject({ input: cost, output: cost, cachedInput: cost.optional() })).optional(),
  defaultAgent: text.optional(),
  limits: runLimitsPatch.optional(),
  benchmarks: z.array(text).optional(),
  commands: z.record(name, configuredCommand).optional(),
});

/**
 * The configuration that a module's default export is.
 * @throws RunledgerError `config.invalid` with every fault: the file, the key, what is wrong.
 */
export function checkConfig(value: unknown, file: string): Config {
  const parsed = configSchema.safeParse(value);
  const faults = parsed.success
    ? nameFaults(value as Config)
    : parsed.error.issues.flatMap((issue) => faultsOf(issue, value));
  if (faults.length === 0) return value as Config;
  throw new RunledgerError("config.invalid", `${file}: ${faults.join("; ")}`, { data: { file, faults } });
}

function faultsOf(issue: z.core.$ZodIssue, value: unknown): string[] {
  const path = issue.path.map(String).join(".");
  if (issue.code !== "unrecognized_keys") return [`${path || "the default export"}: ${issue.message}`];
  const known = knownKeys(issue.path, value);
  return issue.keys.map(
    (key) => `${[path, key].filter(Boolean).join(".")}: there is no such key${didYouMean(key, known)}`,
  );
}

/** The keys that are known where an unknown one stands. */
function knownKeys(path: readonly PropertyKey[], value: unknown): string[] {
  const [first, index] = path;
  if (first === undefined) return Object.keys(configSchema.shape);
  if (first === "tools") return Object.keys(tool.shape);
  if (first === "environments") return Object.keys(environment.shape);
  if (first === "providers") return Object.keys(provider.shape);
  if (first === "commands") return Object.keys(configuredCommand.shape);
  if (first === "limits") return Object.keys(runLimitsPatch.shape);
  if (first === "prices") return ["input", "output", "cachedInput"];
  const one = (value as { agents?: unknown[] }).agents?.[Number(index)];
  return first === "agents" ? Object.keys(agentSchemaOf(one).shape) : [];
}

/** Parses by a schema that was chosen by the value, so that its faults are those of what was meant. */
function orIssues<T extends z.ZodType>(schema: T, value: unknown, context: z.core.$RefinementCtx): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) context.issues.push(issue as z.core.$ZodRawIssue);
  return z.NEVER;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object";
}
