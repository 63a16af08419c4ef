// The typed client of the HTTP API, for the command line, the pages and programs of users. It knows the routes from their
// table alone, and throws what the server refuses as the error that it is.

import { errorOfProblem, isErrorCode, type Problem, RunledgerError } from "../core/errors.ts";
import { type RouteName, type Routes, routes } from "./http.ts";
import { problemSchema } from "./http-resources.ts";
import { type AnswerOf, apiPrefix, type GivenPart, type RouteSpec } from "./http-route.ts";
import { readServerEvents, type ServerEvent } from "./http-sse.ts";

export type ClientOptions = {
  /** Where the server is: `http://127.0.0.1:4600`. */
  url: string;
  token?: string;
  /** For tests and for pages; default: the platform's. */
  fetch?: typeof fetch;
};

type Part<R extends RouteSpec, P extends "params" | "query" | "body"> = [GivenPart<R, P>] extends [never]
  ? { [K in P]?: never }
  : Record<never, never> extends GivenPart<R, P>
    ? { [K in P]?: GivenPart<R, P> }
    : { [K in P]: GivenPart<R, P> };

/** What a call of this route takes. */
export type CallOptions<R extends RouteSpec> = Part<R, "params"> &
  Part<R, "query"> &
  Part<R, "body"> & {
    /** The same key with the same request makes nothing twice. */
    idempotencyKey?: string;
    /** Of a live stream: the id of the last message that was received. */
    lastEventId?: string;
    signal?: AbortSignal;
  };

type Arguments<R extends RouteSpec> =
  Record<never, never> extends CallOptions<R> ? [options?: CallOptions<R>] : [options: CallOptions<R>];

export type Client = {
  /**
   * Calls a route by its name and gives its JSON.
   * @throws RunledgerError with the code of the problem document
   */
  call<N extends RouteName>(name: N, ...options: Arguments<Routes[N]>): Promise<AnswerOf<Routes[N]>>;
  /** The same as text, for routes that answer with text. */
  text<N extends RouteName>(name: N, accept: string, ...options: Arguments<Routes[N]>): Promise<string>;
  /** The same as it comes: bytes, or a live stream with `text/event-stream`. */
  raw<N extends RouteName>(name: N, accept: string, ...options: Arguments<Routes[N]>): Promise<Response>;
  /**
   * The messages of a live stream: of `runEvents`, `allEvents` and `experimentEvents`. It ends with the connection; with
   * the `id` of the last message as `lastEventId` the next one goes on behind it.
   */
  stream<N extends RouteName>(name: N, ...options: Arguments<Routes[N]>): AsyncGenerator<ServerEvent>;
  /** The URL of a route. */
  urlOf<N extends RouteName>(name: N, ...options: Arguments<Routes[N]>): string;
};

/** A client of the server at this address. */
export function createClient(options: ClientOptions): Client {
  const base = options.url.replace(/\/+$/, "");
  const send = (name: RouteName, accept: string, given: Given) => ask({ ...options, url: base }, name, accept, given);
  return {
    async call(name, given: Given = {}) {
      const text = await (await send(name, "application/json", given)).text();
      const json = jsonOf(text);
      if (json === null) throw errorOf(text, 200);
      return json as never;
    },
    async text(name, accept, given: Given = {}) {
      return (await send(name, accept, given)).text();
    },
    raw: (name, accept, given: Given = {}) => send(name, accept, given),
    async *stream(name, given: Given = {}) {
      const { body } = await send(name, "text/event-stream", given);
      if (body !== null) yield* readServerEvents(body);
    },
    urlOf: (name, given: Given = {}) => base + pathOf(routes[name], given),
  };
}

type Given = {
  params?: unknown;
  query?: unknown;
  body?: unknown;
  idempotencyKey?: string;
  lastEventId?: string;
  signal?: AbortSignal;
};

async function ask(of: ClientOptions, name: RouteName, accept: string, given: Given): Promise<Response> {
  const route: RouteSpec = routes[name];
  const headers: Record<string, string> = { accept };
  if (of.token !== undefined) headers.authorization = `Bearer ${of.token}`;
  if (given.idempotencyKey !== undefined) headers["idempotency-key"] = given.idempotencyKey;
  if (given.lastEventId !== undefined) headers["last-event-id"] = given.lastEventId;
  if (given.body !== undefined) headers["content-type"] = "application/json";
  const init: RequestInit = {
    method: route.method.toUpperCase(),
    headers,
    ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
    ...(given.signal === undefined ? {} : { signal: given.signal }),
  };
  const response = await answerOf(of, of.url + pathOf(route, given), init);
  if (response.ok) return response;
  throw errorOf(await response.text(), response.status);
}

/** @throws RunledgerError `server.unreachable`; an abort is thrown as it is */
async function answerOf(of: ClientOptions, url: string, init: RequestInit): Promise<Response> {
  try {
    return await (of.fetch ?? fetch)(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    const { message, cause } = error as Error;
    const why = cause instanceof Error && cause.message !== "" ? cause.message : message;
    throw new RunledgerError("server.unreachable", `${of.url} does not answer: ${why}`, { cause: error });
  }
}

function pathOf(route: RouteSpec, { params = {}, query = {} }: Given): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((params as Record<string, unknown>)[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
    if (value !== undefined) search.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  return `${apiPrefix}${path}${search.size === 0 ? "" : `?${search}`}`;
}

/** What a server answered that is no success: its problem document, or whatever else stood in its place. */
function errorOf(text: string, status: number): RunledgerError {
  const parsed = problemSchema.safeParse(jsonOf(text));
  if (parsed.success && isErrorCode(parsed.data.code)) return errorOfProblem(parsed.data as Problem);
  return new RunledgerError("server.foreign-answer", `it answered ${status}: ${text.slice(0, 200)}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
