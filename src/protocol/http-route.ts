// What one route of the HTTP API is: the definition from which the server validates, the OpenAPI document is made and
// clients are typed. Routes are data; who answers them is for the server.

import type { z } from "zod";

/** Everything below lies under this path. */
export const apiPrefix = "/api/v1";

/** Other media types than JSON that a route may answer with. */
export type MediaType = "text/event-stream" | "text/plain" | "text/html" | "application/octet-stream";

/** Where a route stands in the document. */
export type RouteGroup = "runs" | "events" | "experiments" | "catalog" | "agents" | "operation" | "existing clients";

export type RouteSpec = {
  method: "get" | "post" | "put" | "delete";
  /** Below the prefix. `{name}` stands for one segment, or for its part before a verb: `/runs/{id}:cancel`. */
  path: `/${string}`;
  group: RouteGroup;
  /** One line, in lower case, without a full stop. */
  summary: string;
  /** What a token needs; `open` needs none anywhere. */
  scope: "open" | "read" | "write";
  /** Also for programs that run contained on the server's machine and have no token. */
  isForPrograms?: true;
  /** Names in the path. */
  params?: z.ZodObject<Record<string, z.ZodType<string>>>;
  /** A strict object: an unknown name is refused. */
  query?: z.ZodObject;
  body?: z.ZodType;
  /** True where the body may be left out. */
  isBodyOptional?: true;
  /** Media types of the body beside JSON; it then reaches the handler as text. */
  bodyTypes?: readonly string[];
  /** Takes an Idempotency-Key. */
  isIdempotent?: true;
  status: 200 | 201;
  /** Where what was made is read, below the prefix, with names of the answer's fields: `/runs/{id}`. */
  location?: `/${string}`;
  /** The JSON answer; null where there is none. */
  answer: z.ZodType | null;
  /** What else it answers with, by `Accept` or a query. */
  also?: readonly MediaType[];
  /** Statuses of its problem documents, beside those that every route may have. */
  problems?: readonly number[];
};

/** Keeps the narrow types of the definition. */
export function defineRoute<const R extends RouteSpec>(route: R): R {
  return route;
}

/** What a handler gets as `params`, `query` and `body`: parsed. */
export type ParsedPart<R extends RouteSpec, P extends "params" | "query" | "body"> = R[P] extends z.ZodType
  ? z.output<R[P]>
  : Record<never, never>;

/** What a client gives. */
export type GivenPart<R extends RouteSpec, P extends "params" | "query" | "body"> = R[P] extends z.ZodType
  ? z.input<R[P]>
  : never;

/** The JSON that a route answers with. */
export type AnswerOf<R extends RouteSpec> = R["answer"] extends z.ZodType ? z.output<R["answer"]> : never;
