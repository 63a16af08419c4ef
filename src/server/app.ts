// One request from its head to its answer: guards, parsing by the route's schemas, the handler, and the problem document
// of whatever is thrown.

import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { problemOf, RunledgerError } from "../core/errors.ts";
import { type RouteName, routeNames, routes } from "../protocol/http.ts";
import { apiPrefix, type RouteSpec } from "../protocol/http-route.ts";
import type { Auth, GuardName } from "./auth.ts";
import type { Asked, Handler, Handlers } from "./handler.ts";
import type { ServerLog } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { answerPage, answerPageFile, type PagesPort, pageFilePaths, pagePaths } from "./pages.ts";
import { problemBody, problemResponse } from "./problem.ts";
import { readBody, readParams, readQuery } from "./read-request.ts";
import type { Site } from "./site.ts";

export type AppOptions = {
  handlers: Handlers;
  auth: Auth;
  metrics: Metrics;
  log: ServerLog;
  version: string;
  site: () => Site | null;
  isOn: (guard: GuardName) => boolean;
  /** The built pages; null: the API alone. */
  pages: PagesPort | null;
  /** Sees every JSON answer before it is sent; for tests, which compare it with its schema. */
  onAnswer?: ((route: RouteName, json: unknown) => void) | undefined;
};

type Env = { Bindings: HttpBindings };
type Ctx = Context<Env>;

/** Paths that are asked for by tools which know no prefix. */
const alsoAtRoot: Partial<Record<RouteName, string>> = {
  ...{ health: "/health", ready: "/ready", metrics: "/metrics" },
  receiveTraces: "/v1/traces",
};

const securityHeaders = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
} as const;

/** The whole API as one function from request to response. */
export function createApp(of: AppOptions): Hono<Env> {
  const app = new Hono<Env>();
  for (const name of routeNames) {
    const route: RouteSpec = routes[name];
    const atRoot = alsoAtRoot[name];
    const paths = [`${apiPrefix}${route.path}`, ...(atRoot === undefined ? [] : [atRoot])];
    for (const path of paths) app.on(route.method.toUpperCase(), honoPath(path), (c) => answer(of, c, name));
  }
  for (const [path, methods] of methodsByPath()) {
    app.all(honoPath(path), (c) => refuse(of, c, methodNotAllowed(c, methods), { allow: methods.join(", ") }));
  }
  app.get("/sign-in/:code", (c) => signIn(of, c));
  if (of.pages !== null) addPages(of, app, of.pages);
  app.notFound((c) => refuse(of, c, new RunledgerError("request.unknown-route", `there is no route ${shownPath(c)}`)));
  app.onError((error, c) => refuse(of, c, error));
  return app;
}

/** Pages hold no data, so nobody needs a token for them; what they then ask the API is another matter. */
function addPages(of: AppOptions, app: Hono<Env>, pages: PagesPort): void {
  const encodings = (c: Ctx) => c.req.header("accept-encoding") ?? "";
  const answered = async (c: Ctx, answer: () => Promise<Response>): Promise<Response> => {
    of.auth.checkOrigin(c.env.incoming);
    const found = await answer();
    withHeaders(found, requestIdOf(c));
    return found;
  };
  for (const path of pagePaths) app.get(path, (c) => answered(c, () => answerPage(pages, encodings(c))));
  for (const path of pageFilePaths) {
    app.get(path, (c) => answered(c, () => answerPageFile(pages, c.req.path, encodings(c))));
  }
}

async function answer(of: AppOptions, c: Ctx, name: RouteName): Promise<Response> {
  const startedMs = performance.now();
  const route: RouteSpec = routes[name];
  const requestId = requestIdOf(c);
  let response: Response;
  let runId = route.path.startsWith("/runs/{id}") ? (paramsOf(route, c).id ?? null) : null;
  let code: string | null = null;
  try {
    of.auth.checkOrigin(c.env.incoming);
    const caller = await of.auth.admit(c.env.incoming, route);
    const asked = {
      params: readParams(route, paramsOf(route, c)),
      query: readQuery(route, new URL(c.req.url).searchParams),
      body: await readBody(route, c.env.incoming, of.isOn),
      ...{ caller, incoming: c.env.incoming, outgoing: c.env.outgoing, metrics: of.metrics, version: of.version },
      get site(): Site {
        const site = of.site();
        if (site === null) throw new RunledgerError("server.starting", "the ledger is being opened");
        return site;
      },
    };
    const handler = of.handlers[name] as unknown as Handler<RouteSpec>;
    const answered = await handler(asked as unknown as Asked<RouteSpec>);
    if (answered === RESPONSE_ALREADY_SENT) return answered;
    response = answered instanceof Response ? answered : jsonResponse(of, name, answered);
    runId ??= runMade(route, answered);
  } catch (error) {
    response = problemFor(of, c, error);
    code = problemOf(error).code;
  }
  withHeaders(response, requestId);
  const seconds = (performance.now() - startedMs) / 1000;
  of.metrics.answered(name, response.status, seconds);
  of.log.answered({
    requestId,
    route: name,
    method: c.req.method,
    path: shownPath(c),
    status: response.status,
    ...{ code, runId, seconds },
  });
  return response;
}

function jsonResponse(of: AppOptions, name: RouteName, json: unknown): Response {
  of.onAnswer?.(name, json);
  const { status, location }: RouteSpec = routes[name];
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (location !== undefined) headers.location = `${apiPrefix}${filled(location, json as Record<string, unknown>)}`;
  return new Response(JSON.stringify(json), { status, headers });
}

/** The run that a request made; null if it made none. */
function runMade({ location }: RouteSpec, answered: unknown): string | null {
  const name = /^\/runs\/\{(\w+)\}$/.exec(location ?? "")?.[1];
  const id = name === undefined ? undefined : (answered as Record<string, unknown>)[name];
  return typeof id === "string" ? id : null;
}

/** A refusal outside of any route. */
function refuse(of: AppOptions, c: Ctx, error: unknown, headers: Record<string, string> = {}): Response {
  const requestId = requestIdOf(c);
  const response = problemFor(of, c, error);
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  withHeaders(response, requestId);
  of.metrics.answered("none", response.status, 0);
  of.log.answered({
    requestId,
    route: null,
    method: c.req.method,
    path: shownPath(c),
    status: response.status,
    ...{ code: problemOf(error).code, runId: null, seconds: 0 },
  });
  return response;
}

function problemFor(of: AppOptions, c: Ctx, error: unknown): Response {
  const body = problemBody(error, `urn:uuid:${requestIdOf(c)}`);
  // 503 and the like are states that pass, told by their code; what else is our fault has its stack in the log, and
  // what is damaged its name.
  if (body.status === 500 || body.code === "ledger.damaged")
    of.log.failed({ requestId: requestIdOf(c), path: shownPath(c), error });
  const headers: Record<string, string> = {};
  if (body.status === 401) headers["www-authenticate"] = 'Bearer realm="runledger"';
  if (body.status === 429 || body.code === "server.starting") headers["retry-after"] = "1";
  // What is left of a body that was refused is not read to its end.
  if (body.status === 413 || !c.env.incoming.complete) headers.connection = "close";
  return problemResponse(body, headers);
}

function signIn(of: AppOptions, c: Ctx): Response {
  of.auth.checkOrigin(c.env.incoming);
  const cookie = of.auth.signIn(c.req.param("code") ?? "");
  if (cookie === null) throw new RunledgerError("request.no-token", "the link was used already, or is too old");
  const response = new Response(null, { status: 303, headers: { location: "/", "set-cookie": cookie } });
  withHeaders(response, requestIdOf(c));
  return response;
}

function withHeaders(response: Response, requestId: string): void {
  for (const [name, value] of Object.entries(securityHeaders)) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  response.headers.set("x-request-id", requestId);
}

const requestIds = new WeakMap<object, string>();

function requestIdOf(c: Ctx): string {
  const id = requestIds.get(c.env.incoming) ?? randomUUID();
  requestIds.set(c.env.incoming, id);
  return id;
}

/** For people and logs: without the query, and without a code that signs in. */
function shownPath(c: Ctx): string {
  const path = c.req.path.startsWith("/sign-in/") ? "/sign-in/…" : c.req.path;
  return path.slice(0, 500);
}

/** `{name}` as the router has it; the name before a verb takes the verb along, and `paramsOf` cuts it off again. */
function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}(:\w+)?/g, (_, name: string, verb = "") =>
    verb === "" ? `:${name}` : `:${name}{[^/:]+${verb}}`,
  );
}

function paramsOf(route: RouteSpec, c: Ctx): Record<string, string> {
  const verb = /\}(:\w+)$/.exec(route.path)?.[1] ?? "";
  const params = Object.entries(c.req.param() as Record<string, string>);
  return Object.fromEntries(params.map(([name, value]) => [name, verb === "" ? value : value.slice(0, -verb.length)]));
}

function filled(template: string, fields: Record<string, unknown>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(fields[name])));
}

function methodsByPath(): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const name of routeNames) {
    const { method, path } = routes[name];
    const full = `${apiPrefix}${path}`;
    methods.set(full, [...(methods.get(full) ?? []), ...(method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()])]);
  }
  return methods;
}

function methodNotAllowed(c: Ctx, methods: readonly string[]): RunledgerError {
  const detail = `${shownPath(c)} takes ${methods.join(", ")}, not ${c.req.method}`;
  return new RunledgerError("request.method-not-allowed", detail, { data: { methods } });
}
