// What a handler of a route gets and gives. The table of handlers is whole by its type: a route that nobody answers
// does not compile.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Routes } from "../protocol/http.ts";
import type { AnswerOf, ParsedPart, RouteSpec } from "../protocol/http-route.ts";
import type { Caller } from "./auth.ts";
import type { Metrics } from "./metrics.ts";
import type { Site } from "./site.ts";

export type Asked<R extends RouteSpec> = {
  params: ParsedPart<R, "params">;
  query: ParsedPart<R, "query">;
  body: ParsedPart<R, "body">;
  caller: Caller;
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  metrics: Metrics;
  version: string;
  /** What the server works with. @throws RunledgerError `server.starting` while the ledger is not open yet */
  readonly site: Site;
};

/** Answers with the route's JSON, or with a response of its own. */
export type Handler<R extends RouteSpec> = (asked: Asked<R>) => Promise<AnswerOf<R> | Response>;

export type HandlersOf<Table extends Record<string, RouteSpec>> = { [N in keyof Table]: Handler<Table[N]> };
export type Handlers = HandlersOf<Routes>;
