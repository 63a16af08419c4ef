// The server of one process: it listens first and answers that it is starting, works once the ledger is open, and stops
// in the reverse order.

import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { RunledgerError } from "../core/errors.ts";
import { isKnown } from "../core/events.ts";
import type { RouteName } from "../protocol/http.ts";
import { createApp } from "./app.ts";
import { Auth, type GuardName, isLoopback } from "./auth.ts";
import { Catalog } from "./catalog.ts";
import { ChangedSince } from "./changed-since.ts";
import type { Handlers } from "./handler.ts";
import { Hub } from "./hub.ts";
import type { ServerLog } from "./log.ts";
import { Metrics } from "./metrics.ts";
import type { PagesPort } from "./pages.ts";
import type { ServerPorts } from "./ports.ts";
import { catalogHandlers } from "./routes/catalog.ts";
import { eventHandlers } from "./routes/events.ts";
import { existingClientHandlers } from "./routes/existing-clients.ts";
import { experimentHandlers } from "./routes/experiments.ts";
import { operationHandlers } from "./routes/operation.ts";
import { traceHandlers } from "./routes/otlp.ts";
import { pageHandlers } from "./routes/page-data.ts";
import { runHandlers } from "./routes/runs.ts";
import { viewHandlers } from "./routes/views.ts";
import { apiActor, type Site } from "./site.ts";
import { Streams, streamsMaxDefault } from "./streams.ts";
import { findToken, isInForce } from "./tokens.ts";

export type ServerOptions = {
  host: string;
  /** 0 takes any that is free. */
  port: number;
  /** Programs on this machine need a token, as those elsewhere always do. */
  isTokenRequired?: boolean;
  version: string;
  log: ServerLog;
  /** For tests that show what a guard is for. */
  guardsOff?: readonly GuardName[];
  /** For tests that compare every answer with its schema. */
  onAnswer?: (route: RouteName, json: unknown) => void;
  /** How long a request may take to arrive whole, milliseconds. */
  requestMs?: number;
  /** Live streams at once. */
  streamsMax?: number;
  /** The pages; without them it serves the API alone. */
  pages?: PagesPort;
};

export type Server = AsyncDisposable & {
  /** `http://127.0.0.1:4600` */
  readonly url: string;
  readonly port: number;
  /** Live streams that are open. */
  readonly streams: number;
  /**
   * Begins to work: from here on it answers from this ledger.
   * @throws RunledgerError `server.needs-token` where everybody needs a token and none of the ledger is in force
   */
  open(ports: ServerPorts): Promise<Site>;
  /** A path that signs a browser in, once. */
  newLink(): string;
  close(): Promise<void>;
};

const headerBytesMax = 16 * 1024;
const headersMs = 10_000;
const requestMsDefault = 30_000;
const keepAliveMs = 5_000;
const checkMs = 500;
const connectionsMax = 4_096;
/** How long requests that are under way may take when the server stops. */
const stopMs = 5_000;

const handlers: Handlers = {
  ...runHandlers,
  ...eventHandlers,
  ...viewHandlers,
  ...experimentHandlers,
  ...catalogHandlers,
  ...operationHandlers,
  ...traceHandlers,
  ...pageHandlers,
  ...existingClientHandlers,
};

/**
 * Listens.
 * @throws RunledgerError `server.port-taken`, `server.bad-address`
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { host, port: wantedPort, version, log, guardsOff = [], isTokenRequired = false, onAnswer } = options;
  const isOn = (guard: GuardName) => !guardsOff.includes(guard);
  let site: Site | null = null;
  let port = wantedPort;
  const auth = new Auth({
    ...{ host, isTokenRequired, port: () => port, isOn, nowMs: Date.now },
    async findToken(text) {
      if (site === null) throw new RunledgerError("server.starting", "the ledger is being opened");
      return findToken(site.ledger, text, Date.now());
    },
  });
  const metrics = new Metrics(() => site);
  const app = createApp({
    handlers,
    auth,
    metrics,
    log,
    version,
    site: () => site,
    isOn,
    onAnswer,
    pages: options.pages ?? null,
  });
  const http = createAdaptorServer({ fetch: app.fetch, serverOptions: limitsOf(options, isOn) });
  const sockets = trackSockets(http);
  port = await listen(http, host, wantedPort);
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => http.close(resolve));
    site?.streams.close();
    if ("closeIdleConnections" in http) http.closeIdleConnections();
    const late = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, stopMs);
    await closed;
    clearTimeout(late);
    await site?.hub.close();
    site = null;
  };
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    get streams() {
      return site?.streams.count ?? 0;
    },
    async open(ports) {
      if ((!isLoopback(host) || isTokenRequired) && isOn("token")) await needToken(ports, host);
      site = await openSite(ports, { log, metrics, streamsMax: options.streamsMax ?? streamsMaxDefault });
      return site;
    },
    newLink: () => auth.newLink(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function openSite(
  ports: ServerPorts,
  { log, metrics, streamsMax }: { log: ServerLog; metrics: Metrics; streamsMax: number },
): Promise<Site> {
  const { ledger, benchmarkFolders: folders, cwd, who } = ports;
  const catalog = await Catalog.open({ ledger, folders, cwd, who, actor: apiActor });
  const onFault = (error: unknown) => log.fault("the ledger could not be read; it is tried again", error);
  const hub = await Hub.open(ledger, onFault);
  const streams = new Streams(streamsMax);
  hub.subscribe((batch) => {
    metrics.onBatch(batch, Date.now());
    for (const event of batch.events) {
      if (isKnown(event) && event.type === "token.revoked") streams.endOf(event.data.id);
      // What was upserted on another server is what runs are compared with here, too.
      if (event.type === "catalog.changed") void catalog.fresh().catch(onFault);
    }
  });
  return { ...ports, catalog, changes: new ChangedSince(ledger), hub, streams };
}

async function needToken({ ledger }: ServerPorts, host: string): Promise<void> {
  const tokens = await ledger.listTokens();
  if (tokens.some((token) => isInForce(token, Date.now()))) return;
  const why = isLoopback(host) ? "nobody could call it" : "everybody in the network could call it";
  throw new RunledgerError("server.needs-token", `on ${host} ${why}`);
}

function limitsOf({ requestMs = requestMsDefault }: ServerOptions, isOn: (guard: GuardName) => boolean) {
  return {
    maxHeaderSize: isOn("headerSize") ? headerBytesMax : 4 * 1024 * 1024,
    requestTimeout: isOn("bodyTime") ? requestMs : 0,
    headersTimeout: isOn("bodyTime") ? Math.min(headersMs, requestMs) : 0,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: checkMs,
    noDelay: true,
  };
}

type HttpServer = ReturnType<typeof createAdaptorServer>;

function trackSockets(http: HttpServer): Set<Socket> {
  const sockets = new Set<Socket>();
  http.maxConnections = connectionsMax;
  http.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

async function listen(http: HttpServer, host: string, port: number): Promise<number> {
  try {
    http.listen(port, host);
    await once(http, "listening");
    return (http.address() as AddressInfo).port;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw new RunledgerError("server.port-taken", `${host}:${port} is in use`);
    throw new RunledgerError("server.bad-address", `${host}:${port} cannot be listened on: ${message}`);
  }
}
