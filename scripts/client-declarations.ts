// The types of runledger/client as one file that needs no other: made from the OpenAPI document, which is made from the
// table of routes.

import { openapiDocument } from "../src/server/openapi.ts";

type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  description?: string;
};

type Operation = {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string; required: boolean; schema: Schema; description?: string }[];
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
};

const json = "application/json";

/** The text of types/client.d.ts. */
export function clientDeclarations(): string {
  const { paths, components } = openapiDocument("0.0.0") as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  };
  const named = Object.entries(components.schemas).map(
    ([name, schema]) => `export type ${name} = ${typeOf(schema, 0)};`,
  );
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => routeType(method, path, operation)),
  );
  return `${[head, ...named, `export type Routes = {\n${routes.join("\n")}\n};`, tail].join("\n\n")}\n`;
}

const head = `// Types of runledger/client. Made by scripts/client-declarations.ts from the table of routes; do not edit.`;

const tail = `export type RouteName = keyof Routes;

export type ClientOptions = {
  /** Where the server is: \`http://127.0.0.1:4600\`. */
  url: string;
  /** Of \`runledger token create\`; needed wherever the server listens beyond its machine. */
  token?: string;
  fetch?: typeof fetch;
};

type OptionalIfEmpty<K extends string, T> = [T] extends [undefined]
  ? { [P in K]?: undefined }
  : Record<never, never> extends T
    ? { [P in K]?: T }
    : undefined extends T
      ? { [P in K]?: T }
      : { [P in K]: T };

export type CallOptions<N extends RouteName> = OptionalIfEmpty<"params", Routes[N]["params"]> &
  OptionalIfEmpty<"query", Routes[N]["query"]> &
  OptionalIfEmpty<"body", Routes[N]["body"]> & {
    /** The same key with the same request makes nothing twice. */
    idempotencyKey?: string;
    /** Of a live stream: the id of the last message that was received. */
    lastEventId?: string;
    signal?: AbortSignal;
  };

type Arguments<N extends RouteName> = Record<never, never> extends CallOptions<N> ? [options?: CallOptions<N>] : [options: CallOptions<N>];

/** A message of a live stream. */
export type ServerEvent = { id: string | null; type: string; data: string };

export type Client = {
  /** Calls a route by its name and gives its JSON. What the server refuses is thrown as a RunledgerError. */
  call<N extends RouteName>(name: N, ...options: Arguments<N>): Promise<Routes[N]["answer"]>;
  /** The same as text, for routes that answer with text. */
  text<N extends RouteName>(name: N, accept: string, ...options: Arguments<N>): Promise<string>;
  /** The same as it comes. */
  raw<N extends RouteName>(name: N, accept: string, ...options: Arguments<N>): Promise<Response>;
  /** The messages of a live stream: of runEvents, allEvents, experimentEvents. Ends with the connection. */
  stream<N extends RouteName>(name: N, ...options: Arguments<N>): AsyncGenerator<ServerEvent>;
  /** The URL of a route. */
  urlOf<N extends RouteName>(name: N, ...options: Arguments<N>): string;
};

/** A client of the server at this address. */
export declare function createClient(options: ClientOptions): Client;

/** What a server refused, or that it could not be reached: \`code\` is stable, \`data\` holds what machines can use. */
export declare class RunledgerError extends Error {
  readonly code: string;
  readonly data: Record<string, unknown>;
}`;

function routeType(method: string, path: string, operation: Operation): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const given = (place: string) => {
    const fields = parameters.filter((one) => one.in === place);
    if (fields.length === 0) return "undefined";
    const lines = fields.map((one) => field(one.name, one.required, { ...one.schema, ...words(one) }, 2));
    return `{\n${lines.join("\n")}\n    }`;
  };
  const body = requestBody === undefined ? "undefined" : typeOf(requestBody.content[json]?.schema ?? {}, 2);
  const answer = Object.entries(responses).find(([status]) => status.startsWith("2"))?.[1].content?.[json]?.schema;
  return [
    `  /** ${summary}: \`${method.toUpperCase()} ${path}\` */`,
    `  ${operationId}: {`,
    `    params: ${given("path")};`,
    `    query: ${given("query")};`,
    `    body: ${body}${requestBody !== undefined && !requestBody.required ? " | undefined" : ""};`,
    `    answer: ${answer === undefined ? "never" : typeOf(answer, 2)};`,
    "  };",
  ].join("\n");
}

function words({ description }: { description?: string }): { description?: string } {
  return description === undefined ? {} : { description };
}

/** @param depth Of the place where it stands, for its lines. */
function typeOf(schema: Schema, depth: number): string {
  const { $ref, enum: values, anyOf, oneOf, allOf, type } = schema;
  if ($ref !== undefined) return $ref.split("/").at(-1) ?? "unknown";
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return [...new Set(choices.map((one) => typeOf(one, depth)))].join(" | ");
  if (allOf !== undefined) return allOf.map((one) => typeOf(one, depth)).join(" & ");
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one }, depth)).join(" | ");
  if (type === "array") return arrayType(schema, depth);
  if (type === "object") return objectType(schema, depth);
  if (type === "integer" || type === "number") return "number";
  if (type === "string" || type === "boolean" || type === "null") return type;
  return "unknown";
}

function arrayType({ items, prefixItems }: Schema, depth: number): string {
  if (prefixItems !== undefined) return `[${prefixItems.map((one) => typeOf(one, depth)).join(", ")}]`;
  const item = typeOf(items ?? {}, depth);
  return /[|&{]/.test(item) ? `Array<${item}>` : `${item}[]`;
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema, depth: number): string {
  const names = Object.entries(properties);
  const others =
    typeof additionalProperties === "object"
      ? typeOf(additionalProperties, depth)
      : additionalProperties
        ? "unknown"
        : null;
  if (names.length === 0) return `Record<string, ${others ?? "never"}>`;
  const lines = names.map(([name, schema]) => field(name, required.includes(name), schema, depth));
  // What else may be there has to fit the fields that are named, too.
  if (others !== null) lines.push(`${indent(depth + 1)}[key: string]: unknown;`);
  return `{\n${lines.join("\n")}\n${indent(depth)}}`;
}

function field(name: string, isRequired: boolean, schema: Schema, depth: number): string {
  const { description } = schema;
  const comment =
    description === undefined ? "" : `${indent(depth + 1)}/** ${description.replaceAll("*/", "* /")} */\n`;
  const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
  return `${comment}${indent(depth + 1)}${key}${isRequired ? "" : "?"}: ${typeOf(schema, depth + 1)};`;
}

function indent(depth: number): string {
  return "  ".repeat(depth);
}
