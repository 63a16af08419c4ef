// The OpenAPI 3.1 document, made from the table of routes.

import { z } from "zod";
import { routeNames, routes } from "../protocol/http.ts";
import { problemSchema } from "../protocol/http-resources.ts";
import { apiPrefix, type RouteSpec } from "../protocol/http-route.ts";

type Json = Record<string, unknown>;

/** The document; the same routes give the same text. */
export function openapiDocument(version: string): Json {
  const components: Json = {};
  const paths: Record<string, Json> = {};
  for (const name of routeNames) {
    const route: RouteSpec = routes[name];
    const operations = paths[route.path] ?? {};
    paths[route.path] = operations;
    operations[route.method] = operationOf(name, route, components);
  }
  schemaOf(problemSchema, "output", components);
  const groups = [...new Set(routeNames.map((name) => routes[name].group))];
  return {
    openapi: "3.1.0",
    info: {
      title: "Runledger",
      version,
      description: "Runs agent benchmarks and simulations, and never lies about their status.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: apiPrefix }],
    tags: groups.map((name) => ({ name, description: groupWords[name] })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description: "Needed wherever the server listens beyond its machine.",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "runledger_PORT",
          description: "Of a browser, by one-time link.",
        },
      },
    },
  };
}

const groupWords: Record<RouteSpec["group"], string> = {
  runs: "Runs, their verbs, and the views of one run.",
  events: "Events as pages and as live streams.",
  experiments: "Planned sets of runs.",
  catalog: "What can be run.",
  agents: "Who is evaluated, and how they did.",
  operation: "Health, figures, the queue, verification.",
  "existing clients": "Names and snake_case of clients that exist.",
};

function operationOf(name: string, route: RouteSpec, components: Json): Json {
  const { summary, group, scope, body, isIdempotent } = route;
  const parameters = [
    ...parametersOf(route.params, "path", components),
    ...parametersOf(route.query, "query", components),
    ...(isIdempotent ? [idempotencyKey] : []),
    ...(route.also?.includes("text/event-stream") ? [lastEventId] : []),
  ];
  return {
    operationId: name,
    summary,
    tags: [group],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: requestBody(route, body, components) }),
    responses: responsesOf(route, components),
    security: scope === "open" ? [{}] : [{}, { token: [] }, { session: [] }],
  };
}

function parametersOf(schema: z.ZodObject | undefined, place: "path" | "query", components: Json): Json[] {
  if (schema === undefined) return [];
  return Object.entries(schema.shape).map(([name, field]) => {
    const { description, ...made } = schemaOf(field as z.ZodType, "input", components);
    const isList = made.type === "array";
    return {
      name,
      in: place,
      required: place === "path",
      ...(description === undefined ? {} : { description }),
      ...(isList ? { style: "form", explode: false } : {}),
      schema: made,
    };
  });
}

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "The same key with the same request gives the same answer and makes nothing new.",
  schema: { type: "string", minLength: 1, maxLength: 200 },
};

const lastEventId = {
  name: "Last-Event-ID",
  in: "header",
  required: false,
  description: "Of a live stream: the id of the last message that was received. It goes before `after`.",
  schema: { type: "string" },
};

function requestBody(route: RouteSpec, body: z.ZodType, components: Json): Json {
  const text = Object.fromEntries((route.bodyTypes ?? []).map((type) => [type, { schema: { type: "string" } }]));
  const content = { "application/json": { schema: schemaOf(body, "input", components) }, ...text };
  return { required: !route.isBodyOptional, content };
}

function responsesOf(route: RouteSpec, components: Json): Json {
  const content: Json = {};
  if (route.answer !== null) content["application/json"] = { schema: schemaOf(route.answer, "output", components) };
  for (const type of route.also ?? []) content[type] = { schema: { type: "string" } };
  const good: Json = { description: route.summary, content };
  if (route.location !== undefined)
    good.headers = { Location: { description: "Where it is read.", schema: { type: "string" } } };
  const statuses = new Set([400, 401, 403, ...(route.body === undefined ? [] : [413, 415]), ...(route.problems ?? [])]);
  const problems = [...statuses].sort((a, b) => a - b).map((status) => [String(status), problemAnswer] as const);
  return { [String(route.status)]: good, ...Object.fromEntries(problems), default: problemAnswer };
}

const problemAnswer = {
  description: "A problem document (RFC 9457) with a stable code and what to do.",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

/** A schema for the document; what has a name becomes a component and is referred to. */
function schemaOf(schema: z.ZodType, io: "input" | "output", components: Json): Json {
  const { $schema: _, $defs = {}, ...made } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  for (const [name, definition] of Object.entries($defs)) components[name] ??= cleaned(definition);
  const own = cleaned(made) as Json;
  const { id } = made as { id?: string };
  if (id === undefined) return own;
  components[id] ??= own;
  return { $ref: `#/components/schemas/${id}` };
}

/** Without the names that zod leaves in, and with references to where the definitions are in the document. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned);
  if (value === null || typeof value !== "object") return value;
  const { id, ...rest } = value as Json;
  const kept = typeof id === "string" ? rest : (value as Json);
  return Object.fromEntries(
    Object.entries(kept).map(([key, item]) => [
      key,
      key === "$ref" && typeof item === "string" ? item.replace("#/$defs/", "#/components/schemas/") : cleaned(item),
    ]),
  );
}
