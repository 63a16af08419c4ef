// `JsonSchema`: the answer is JSON of this form, and a value in it is this one.

import { z } from "zod";
import { canonicalJson, type Json, jsonOf, text } from "../../core/document-value.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";
import { misfit, schemaFault } from "../json-schema.ts";
import { answerOf, noAnswer, shown } from "./answer.ts";

/** Lists and maps within each other that an answer may have; deeper ones are taken for no JSON. */
const depthMax = 64;

const json = z.preprocess(jsonOf, z.json());
const schemaField = json.superRefine((schema, context) => {
  const fault = schemaFault(schema);
  if (fault !== null) context.addIssue({ code: "custom", message: fault });
});

const fieldsSchema = z
  .strictObject({
    type: z.literal("JsonSchema"),
    schema: schemaField.optional(),
    schema_file: text(z.string().min(1)).optional(),
    /** Keys and indices with dots between them: `items.0.price`. */
    path: text(z.string().regex(/^[^.]+(\.[^.]+)*$/, "must be keys with dots between them")).optional(),
    equals: json.refine((value) => isShallow(value), `lies deeper than ${depthMax} levels`).optional(),
    ...assertionFields,
  })
  .refine(
    ({ schema, schema_file: file }) => (schema === undefined) !== (file === undefined),
    "needs schema or schema_file",
  )
  .refine(({ path, equals }) => path === undefined || equals !== undefined, "path needs equals");

export const jsonSchema = defineAssertion({
  list: "answer_assertions",
  environments: "all",
  schema: fieldsSchema,
  embed: (fields, files) => {
    const { schema_file: file, ...rest } = fields;
    if (file === undefined) return fields;
    const bytes = files.read(file);
    try {
      return { ...rest, schema: schemaField.parse(JSON.parse(new TextDecoder().decode(bytes))) };
    } catch (error) {
      const why = error instanceof z.ZodError ? error.issues[0]?.message : (error as Error).message;
      throw new Error(`${file}: ${why}`);
    }
  },
  subjects: () => [],
  claim: ({ path, equals }) =>
    equals === undefined
      ? "the answer is JSON of the asked form"
      : `the answer is JSON of the asked form${path === undefined ? "" : `, its ${path}`} being ${shown(canonicalJson(equals))}`,
  judge: (fields, { ending }) => {
    const { schema, path, equals } = fields;
    const expected = equals === undefined ? "JSON that fits the schema" : shown(canonicalJson(equals));
    const answer = answerOf(ending);
    if (answer === null) return noAnswer(expected, ending);
    const value = parsed(answer);
    if (value === undefined) return { held: false, expected, actual: `no JSON: ${shown(answer)}` };
    const fault = misfit(schema ?? true, value);
    if (fault !== null) return { held: false, expected, actual: shown(fault) };
    if (equals === undefined) return { held: true, expected, actual: "fits" };
    const found = path === undefined ? value : path.split(".").reduce<Json | undefined>(memberOf, value);
    const actual = found === undefined ? `there is no ${path}` : shown(canonicalJson(found));
    return { held: found !== undefined && canonicalJson(found) === canonicalJson(equals), expected, actual };
  },
});

/** The answer as JSON, if it nests no deeper than that; one fenced block around all of it is taken off. */
function parsed(answer: string): Json | undefined {
  const trimmed = answer.trim();
  const fenced =
    trimmed.startsWith("```") && trimmed.endsWith("```") ? trimmed.slice(3, -3).replace(/^\w*\n/, "") : trimmed;
  try {
    const value = JSON.parse(fenced) as Json;
    return isShallow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether no list or map lies below more than `depthMax - 1` others: what walks a value then ends in time. */
function isShallow(value: Json, depth = 1): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth <= depthMax && Object.values(value).every((inner) => isShallow(inner, depth + 1));
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, Json>)[key];
}
