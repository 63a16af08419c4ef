// JSON Schema as answers are judged by it: the part of draft 2020-12 that says something about plain values. A keyword
// that is not judged is refused when the file is read, never passed over; patterns are RE2, so no answer can stall it.

import { canonicalJson, type Json } from "../core/document-value.ts";
import { didYouMean } from "../core/nearest.ts";
import { compiled } from "./assertions/pattern.ts";

type Schema = Record<string, Json>;

const typeNames = ["null", "boolean", "object", "array", "number", "integer", "string"];
/** Schemas nest at most this deep, references followed; deeper is taken for a circle. */
const depthMax = 64;

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: Json): boolean => Number.isInteger(value) && (value as number) >= 0;
const isNumber = (value: Json): boolean => typeof value === "number";
const isSchema = (value: Json): boolean => typeof value === "boolean" || isObject(value);
const isSchemas = (value: Json): boolean => Array.isArray(value) && value.length > 0 && value.every(isSchema);
const isSchemaMap = (value: Json): boolean => isObject(value) && Object.values(value).every(isSchema);
const isText = (value: Json): boolean => typeof value === "string";
const isTexts = (value: Json): boolean => Array.isArray(value) && value.every(isText);

/** The keywords that are judged, and what their values must be. */
const keywords: Record<string, (value: Json) => boolean> = {
  type: (value) => (Array.isArray(value) ? value : [value]).every((name) => typeNames.includes(String(name))),
  enum: Array.isArray,
  const: () => true,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  multipleOf: (value) => typeof value === "number" && value > 0,
  minLength: isCount,
  maxLength: isCount,
  pattern: (value) => typeof value === "string" && isPattern(value),
  minItems: isCount,
  maxItems: isCount,
  uniqueItems: (value) => typeof value === "boolean",
  items: isSchema,
  prefixItems: isSchemas,
  contains: isSchema,
  properties: isSchemaMap,
  required: isTexts,
  additionalProperties: isSchema,
  minProperties: isCount,
  maxProperties: isCount,
  allOf: isSchemas,
  anyOf: isSchemas,
  oneOf: isSchemas,
  not: isSchema,
  $ref: (value) => typeof value === "string" && /^#(\/\$defs\/[^/]+)?$/.test(value),
  $defs: isSchemaMap,
};
/** Keywords that judge nothing. */
const notes = ["$schema", "$id", "$comment", "title", "description", "default", "examples"];

/** What is wrong with the schema, in words, or null if all of it can be judged. */
export function schemaFault(schema: unknown): string | null {
  return faultIn(schema, schema, "", 0);
}

function faultIn(root: unknown, schema: unknown, path: string, depth: number): string | null {
  if (typeof schema === "boolean") return null;
  if (!isObject(schema)) return `${path || "the schema"} must be a map, true or false`;
  if (depth > depthMax) return `${path} lies deeper than ${depthMax} levels`;
  for (const [name, value] of Object.entries(schema)) {
    if (notes.includes(name)) continue;
    const isValid = Object.hasOwn(keywords, name) ? keywords[name] : undefined;
    const at = `${path}/${name}`;
    if (isValid === undefined) return `${at}: this keyword is not judged${didYouMean(name, Object.keys(keywords))}`;
    if (!isValid(value)) return `${at}: ${JSON.stringify(value).slice(0, 80)} cannot stand here`;
    if (name === "$ref" && target(root, String(value)) === undefined) return `${at}: there is no ${value}`;
  }
  for (const [at, inner] of schemasIn(schema)) {
    const fault = faultIn(root, inner, `${path}/${at}`, depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}

function schemasIn(schema: Schema): [string, Json][] {
  return Object.entries(schema).flatMap(([name, value]): [string, Json][] => {
    const kind = keywords[name];
    if (kind === isSchema) return [[name, value]];
    if (kind !== isSchemas && kind !== isSchemaMap) return [];
    return Object.entries(value as Schema).map(([key, inner]) => [`${name}/${key}`, inner]);
  });
}

/**
 * Where and why the value does not fit, or null if it does.
 * @param schema One in which `schemaFault` found nothing.
 */
export function misfit(schema: Json, value: Json): string | null {
  return misfitAt({ root: schema, depth: 0 }, schema, value, "");
}

type Walk = { root: Json; depth: number };

function misfitAt(walk: Walk, schema: Json | undefined, value: Json, at: string): string | null {
  if (schema === undefined || schema === true) return null;
  const here = at === "" ? "the answer" : at;
  if (schema === false) return `${here} is not allowed`;
  if (walk.depth > depthMax) return `${here} lies deeper than ${depthMax} schemas`;
  const below = { root: walk.root, depth: walk.depth + 1 };
  const inner = schema as Schema;
  if (typeof inner.$ref === "string") {
    const fault = misfitAt(below, target(walk.root, inner.$ref), value, at);
    if (fault !== null) return fault;
  }
  return (
    plainMisfit(inner, value, here) ??
    (typeof value === "string" ? textMisfit(inner, value, here) : null) ??
    (typeof value === "number" ? numberMisfit(inner, value, here) : null) ??
    (Array.isArray(value) ? listMisfit(below, inner, value, at) : null) ??
    (isObject(value) ? mapMisfit(below, inner, value, at) : null) ??
    combinedMisfit(below, inner, value, at)
  );
}

function plainMisfit(schema: Schema, value: Json, here: string): string | null {
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOfType(value, String(type)))) {
    return `${here} is no ${types.join(" or ")}`;
  }
  if (schema.const !== undefined && !isSame(schema.const, value))
    return `${here} is not ${canonicalJson(schema.const)}`;
  const choices = schema.enum as Json[] | undefined;
  if (choices?.every((one) => !isSame(one, value))) return `${here} is none of ${canonicalJson(choices)}`;
  return null;
}

function textMisfit(schema: Schema, value: string, here: string): string | null {
  const length = [...value].length;
  if (length < (num(schema.minLength) ?? 0)) return `${here} is shorter than ${schema.minLength}`;
  if (length > (num(schema.maxLength) ?? length)) return `${here} is longer than ${schema.maxLength}`;
  const pattern = schema.pattern as string | undefined;
  return pattern === undefined || compiled(pattern, "").matcher(value).find()
    ? null
    : `${here} does not match /${pattern}/`;
}

function numberMisfit(schema: Schema, value: number, here: string): string | null {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: under, multipleOf: step } = schema;
  if (value < (num(minimum) ?? value)) return `${here} is below ${minimum}`;
  if (value > (num(maximum) ?? value)) return `${here} is above ${maximum}`;
  if (num(above) !== undefined && value <= (above as number)) return `${here} is not above ${above}`;
  if (num(under) !== undefined && value >= (under as number)) return `${here} is not below ${under}`;
  const times = value / (num(step) ?? value);
  return step === undefined || Math.abs(times - Math.round(times)) < 1e-9 ? null : `${here} is no multiple of ${step}`;
}

function listMisfit(walk: Walk, schema: Schema, value: Json[], at: string): string | null {
  const here = at === "" ? "the answer" : at;
  if (value.length < (num(schema.minItems) ?? 0)) return `${here} has fewer than ${schema.minItems} items`;
  if (value.length > (num(schema.maxItems) ?? value.length)) return `${here} has more than ${schema.maxItems} items`;
  if (schema.uniqueItems === true && new Set(value.map(canonicalJson)).size < value.length) {
    return `${here} has an item twice`;
  }
  const first = (schema.prefixItems ?? []) as Json[];
  for (const [index, item] of value.entries()) {
    const fault = misfitAt(walk, index < first.length ? first[index] : schema.items, item, `${at}[${index}]`);
    if (fault !== null) return fault;
  }
  if (schema.contains === undefined) return null;
  const isThere = value.some((item) => misfitAt(walk, schema.contains, item, at) === null);
  return isThere ? null : `${here} has no item of the kind that contains asks for`;
}

function mapMisfit(walk: Walk, schema: Schema, value: Schema, at: string): string | null {
  const here = at === "" ? "the answer" : at;
  const names = Object.keys(value);
  const missing = ((schema.required ?? []) as string[]).find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return `${here} lacks ${missing}`;
  if (names.length < (num(schema.minProperties) ?? 0)) return `${here} has fewer than ${schema.minProperties} members`;
  if (names.length > (num(schema.maxProperties) ?? names.length)) {
    return `${here} has more than ${schema.maxProperties} members`;
  }
  const known = (schema.properties ?? {}) as Schema;
  for (const [name, item] of Object.entries(value)) {
    const inner = Object.hasOwn(known, name) ? known[name] : schema.additionalProperties;
    const fault = misfitAt(walk, inner, item, `${at}.${name}`);
    if (fault !== null) return fault;
  }
  return null;
}

function combinedMisfit(walk: Walk, schema: Schema, value: Json, at: string): string | null {
  const here = at === "" ? "the answer" : at;
  const { allOf = [], anyOf, oneOf, not } = schema as Record<string, Json[]>;
  for (const one of allOf) {
    const fault = misfitAt(walk, one, value, at);
    if (fault !== null) return fault;
  }
  const fits = (some: Json[]) => some.filter((one) => misfitAt(walk, one, value, at) === null).length;
  if (anyOf !== undefined && fits(anyOf) === 0) return `${here} fits none of anyOf`;
  if (oneOf !== undefined && fits(oneOf) !== 1) return `${here} fits ${fits(oneOf)} of oneOf`;
  return not !== undefined && misfitAt(walk, not, value, at) === null ? `${here} is what not forbids` : null;
}

function isOfType(value: Json, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  return type === "integer" ? Number.isInteger(value) : typeof value === type;
}

function isSame(one: Json, other: Json): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

function num(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function target(root: unknown, reference: string): Json | undefined {
  if (reference === "#") return root as Json;
  const defs = isObject(root) && isObject(root.$defs) ? root.$defs : {};
  const name = reference.slice("#/$defs/".length);
  return Object.hasOwn(defs, name) ? defs[name] : undefined;
}

function isPattern(source: string): boolean {
  try {
    compiled(source, "");
    return true;
  } catch {
    return false;
  }
}
