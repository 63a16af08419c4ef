// Requests made from the schemas of all routes, right ones and wrong ones, against a server: none may end in a 5xx, hang,
// or be answered with what the document does not have.

import { z } from "zod";
import { type RouteName, routeNames, routes } from "../../src/protocol/http.ts";
import { problemSchema } from "../../src/protocol/http-resources.ts";
import { apiPrefix, type RouteSpec } from "../../src/protocol/http-route.ts";

export type ApiFuzz = {
  url: string;
  seed: number;
  requests: number;
  /** Names that exist, by the field that they are for; `any` is for all others. */
  known: Known;
  /** Requests under way at once. */
  width?: number;
};

export type ApiFuzzed = { requests: number; byStatus: Record<number, number>; broken: string[]; slowestMs: number };

export type Known = { any: readonly string[]; [field: string]: readonly string[] };

type Schema = { [key: string]: unknown };
type Random = { next(): number; below(n: number): number; pick<T>(from: readonly T[]): T };

/** A request that takes longer hangs, for all that one can tell, milliseconds. */
export const deadlineMs = 10_000;
const brokenMax = 20;
/** A verification reads the whole ledger, which is not what this is about; a sync reads the disk. */
const leftOut: readonly RouteName[] = ["verify", "sync"];

/** Sends the requests. The same seed sends the same ones. */
export async function fuzzApi(of: ApiFuzz): Promise<ApiFuzzed> {
  const { url, seed, requests, known, width = 8 } = of;
  const result: ApiFuzzed = { requests: 0, byStatus: {}, broken: [], slowestMs: 0 };
  const names = routeNames.filter((name) => !leftOut.includes(name));
  let sent = 0;
  const lane = async (): Promise<void> => {
    while (sent < requests && result.broken.length < brokenMax) {
      const number = sent;
      sent += 1;
      const random = randomOf(seed * 1_000_003 + number);
      await sendOne(url, requestOf(random.pick(names), random, known), result);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return result;
}

type FuzzRequest = { path: string; init: RequestInit; route: RouteSpec };

async function sendOne(url: string, { path, init, route }: FuzzRequest, result: ApiFuzzed): Promise<void> {
  const begunMs = performance.now();
  const words = `${init.method} ${path} ${String(init.body ?? "").slice(0, 300)}`;
  try {
    const response = await fetch(url + path, { ...init, signal: AbortSignal.timeout(deadlineMs), redirect: "manual" });
    const text = await response.text();
    result.byStatus[response.status] = (result.byStatus[response.status] ?? 0) + 1;
    const fault = faultOf(response, text, route);
    if (fault !== null) result.broken.push(`${fault}: ${words}: ${text.slice(0, 500)}`);
  } catch (error) {
    result.broken.push(`${String(error)}: ${words}`);
  }
  result.requests += 1;
  result.slowestMs = Math.max(result.slowestMs, performance.now() - begunMs);
}

/** What is wrong with an answer; null if nothing is. */
function faultOf(response: Response, text: string, route: RouteSpec): string | null {
  const { status } = response;
  const type = response.headers.get("content-type") ?? "";
  if (status >= 500) return `status ${status}`;
  if (status >= 400) {
    if (type !== "application/problem+json") return `a problem as ${type}`;
    const parsed = problemSchema.strict().safeParse(JSON.parse(text));
    return parsed.success && parsed.data.status === status ? null : "no right problem document";
  }
  if (status !== route.status) return `status ${status} instead of ${route.status}`;
  if (!type.startsWith("application/json"))
    return (route.also ?? []).some((one) => type.startsWith(one)) ? null : `a ${type}`;
  if (route.answer === null) return "JSON where none is declared";
  return route.answer.safeParse(JSON.parse(text)).success ? null : "an answer that breaks its schema";
}

function requestOf(name: RouteName, random: Random, known: Known): FuzzRequest {
  const route: RouteSpec = routes[name];
  const params = route.params === undefined ? {} : sampleOf(schemaOf(route.params), random, known);
  const path = route.path.replace(/\{(\w+)\}/g, (_, param: string) => {
    const isKnown = random.below(4) !== 0;
    const value = isKnown ? random.pick(known[param] ?? known.any) : String((params as Schema | null)?.[param] ?? "x");
    return encodeURIComponent(value) || "x";
  });
  const query = route.query === undefined ? {} : sampleOf(schemaOf(route.query), random, known);
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries((query ?? {}) as Schema)) search.append(key, textOf(value));
  if (random.below(20) === 0) search.append(random.pick(nasty), random.pick(nasty));
  const hasBody = route.body !== undefined && random.below(20) !== 0;
  const headers: Record<string, string> = {};
  if (hasBody) headers["content-type"] = random.below(30) === 0 ? "text/plain" : "application/json";
  if (route.isIdempotent && random.below(3) === 0) headers["idempotency-key"] = `key-${random.below(50)}`;
  const body = hasBody ? bodyOf(route, random, known) : undefined;
  const full = `${apiPrefix}${path}${search.size === 0 ? "" : `?${search}`}`;
  const method = route.method.toUpperCase();
  return { route, path: full, init: { method, headers, ...(body === undefined ? {} : { body }) } };
}

function bodyOf({ body }: RouteSpec, random: Random, known: Known): string {
  const text = JSON.stringify(sampleOf(schemaOf(body as z.ZodType), random, known)) ?? "null";
  if (random.below(15) !== 0) return text;
  const at = random.below(text.length + 1);
  return text.slice(0, at) + random.pick(['"', "}", "\u0000", ",,", "[[[["]) + text.slice(at);
}

const schemas = new WeakMap<z.ZodType, Schema>();

function schemaOf(schema: z.ZodType): Schema {
  const known = schemas.get(schema) ?? (z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema);
  schemas.set(schema, known);
  return known;
}

const nasty = [
  ...["", "0", "-1", "null", "true", "../../etc/passwd", "..%2f", "%00", "\u0000", "__proto__", "constructor"],
  ...["ü🌍", "'; DROP TABLE runs; --", "%", "_", "*", "a=b", "=", "last", "x".repeat(300), "9".repeat(40), "1e308"],
];

/** A value of the schema, or in one case of ten one that is not. */
function sampleOf(schema: Schema, random: Random, known: Known): unknown {
  if (random.below(25) === 0) return random.pick([null, [], {}, 1.5, -1, 2 ** 60, true, ...nasty]);
  if (Array.isArray(schema.enum)) return random.pick(schema.enum);
  if (schema.const !== undefined) return schema.const;
  const choices = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
  if (choices !== undefined) return sampleOf(random.pick(choices), random, known);
  switch (schema.type) {
    case "object":
      return objectOf(schema, random, known);
    case "array":
      return Array.from({ length: random.below(4) }, () => sampleOf((schema.items ?? {}) as Schema, random, known));
    case "integer":
    case "number":
      return numberOf(schema, random);
    case "boolean":
      return random.below(2) === 0;
    case "string":
      return random.below(6) === 0 ? random.pick(nasty) : random.pick(known.any);
    default:
      return random.pick([...nasty, 1, null]);
  }
}

function objectOf(schema: Schema, random: Random, known: Known): Schema {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  const required = (schema.required ?? []) as string[];
  const made: Schema = {};
  for (const [name, property] of properties) {
    if (required.includes(name) ? random.below(20) === 0 : random.below(3) !== 0) continue;
    const own = { ...known, any: known[name] ?? known.any };
    Object.defineProperty(made, name, { value: sampleOf(property, random, own), enumerable: true });
  }
  if (random.below(20) === 0) made[random.pick(nasty)] = 1;
  if (properties.length === 0 && random.below(2) === 0) made.key = random.pick(nasty);
  return made;
}

function numberOf({ minimum = 0, maximum = 1_000 }: { minimum?: number; maximum?: number }, random: Random): number {
  const near = [minimum, maximum, minimum - 1, maximum + 1, 1, 2, 10];
  return random.below(2) === 0 ? random.pick(near) : minimum + random.below(Math.min(maximum - minimum + 1, 1_000));
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(",") : String(value);
}

/** mulberry32: small, and the same everywhere. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  return { next, below, pick: (from) => from[below(from.length)] as (typeof from)[number] };
}
