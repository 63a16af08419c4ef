// The tables of docs/benchmark-format.md, made from the schemas by which files are checked.

import { z } from "zod";
import { experimentSchema } from "../src/benchmarks/experiment-format.ts";
import { benchmarkSchema, caseSchema, solutionSchema, stepSchema } from "../src/benchmarks/schema.ts";
import { runLimits } from "../src/core/limits.ts";
import { environmentFormats } from "../src/environments/formats.ts";
import { assertionKinds } from "../src/scorers/assertion-kinds.ts";
import { groundTruthSchema } from "../src/scorers/ground-truth.ts";
import { table } from "./markdown-table.ts";

type Part = { name: string; text: string };
type JsonSchema = z.core.JSONSchema.BaseSchema;

export function formatTables(): Part[] {
  return [
    { name: "fields", text: fieldTable(benchmarkSchema) },
    { name: "cases", text: fieldTable(caseSchema) },
    { name: "steps", text: fieldTable(stepSchema) },
    { name: "calls", text: fieldTable(solutionSchema.element) },
    { name: "ground-truth", text: fieldTable(groundTruthSchema) },
    { name: "assertions", text: assertionTable() },
    { name: "environments", text: environmentTable() },
    { name: "experiment", text: fieldTable(experimentSchema) },
  ];
}

function fieldTable(schema: z.ZodType): string {
  const rows = fieldsOf(schema).map(({ name, type, usual, isRequired, meaning }) => {
    const fallback = isRequired ? "required" : usual === undefined ? "" : `\`${usual}\``;
    return [`\`${name}\``, type, fallback, meaning];
  });
  return table(["field", "type", "default", "meaning"], rows);
}

/** Fields that every assertion has; each kind's row names its own only. */
const sharedFields = ["type", "weight", "invariant", "name"];

function assertionTable(): string {
  const rows = Object.entries(assertionKinds).map(([name, { schema, list, environments }]) => {
    const own = fieldsOf(schema).filter(({ name: field }) => !sharedFields.includes(field));
    const words = own.map(({ name: field, usual, isRequired }) => {
      const mark = usual === undefined ? (isRequired ? "" : "?") : `: ${usual}`;
      return `\`${field}${mark}\``;
    });
    const where = environments === "all" ? "all" : environments.join(", ");
    return [`\`${name}\``, words.join(", "), `\`${list}\``, where];
  });
  return table(["type", "fields of its own", "list", "environment"], rows);
}

function environmentTable(): string {
  const rows = Object.entries(environmentFormats).map(([name, { options, toolNames }]) => {
    const words = fieldsOf(options).map(
      ({ name: option, usual }) => `\`${option}${usual === undefined ? "" : `: ${usual}`}\``,
    );
    const tools = toolNames.map((tool) => `\`${tool}\``).join(", ");
    return [`\`${name}\``, words.join(", ") || "none", tools || "none of its own"];
  });
  return table(["environment", "`environment_options`", "tools"], rows);
}

type Field = { name: string; type: string; usual: string | undefined; isRequired: boolean; meaning: string };

function fieldsOf(schema: z.ZodType): Field[] {
  const { properties = {}, required = [] } = inputOf(schema);
  const shape = schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {};
  return Object.entries(properties).map(([name, inner]) => {
    const field = shape[name];
    const usual = field instanceof z.ZodDefault ? JSON.stringify(field.def.defaultValue) : undefined;
    const meaning = (inner as JsonSchema).description ?? "";
    return { name, type: typeWords(inner as JsonSchema), usual, isRequired: required.includes(name), meaning };
  });
}

function inputOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
}

/** The type in words; what a list or map holds is named, deeper levels are not. */
function typeWords(schema: JsonSchema): string {
  const { type, enum: choices, const: only, items, anyOf, properties, additionalProperties: members } = schema;
  if (choices !== undefined) return choices.map((one) => `\`${one}\``).join(", ");
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (anyOf !== undefined) return anyOf.map((one) => typeWords(one as JsonSchema)).join(" or ");
  if (type === "array") return isNamed(items) ? `list of ${typeWords(items)}` : "list";
  if (type === "object" && isLimits(properties)) return "map of limits";
  if (type === "object") return isNamed(members) ? `map of ${typeWords(members)}` : "map";
  if (type === "string") return "text";
  return typeof type === "string" ? type : "any";
}

function isNamed(schema: unknown): schema is JsonSchema {
  return typeof schema === "object" && schema !== null && Object.keys(schema).length > 0 && !Array.isArray(schema);
}

function isLimits(properties: JsonSchema["properties"]): boolean {
  return properties !== undefined && Object.keys(runLimits).every((name) => Object.hasOwn(properties, name));
}
