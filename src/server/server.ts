// The server of one process: it listens first and answers that it is starting, works once the ledger is open, and stops
// in the reverse order.

import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { RunledgerError } from "../core/errors.ts";
import type { RouteName } from "../protocol/http.ts";
import { createApp } from "./app.ts";
import { Auth, type FindToken, type GuardName, isLoopback } from "./auth.ts";
import { Catalog } from "./catalog.ts";
import type { Handlers } from "./handler.ts";
import { Hub } from "./hub.ts";
import type { ServerLog } from "./log.ts";
import { Metrics } from "./metrics.ts";
import type { ServerPorts } from "./ports.ts";
import { catalogHandlers } from "./routes/catalog.ts";
import { eventHandlers } from "./routes/events.ts";
import { existingClientHandlers } from "./routes/existing-clients.ts";
import { experimentHandlers } from "./routes/experiments.ts";
import { operationHandlers } from "./routes/operation.ts";
import { runHandlers } from "./routes/runs.ts";
import { viewHandlers } from "./routes/views.ts";
import type { Site } from "./site.ts";
import { Streams, streamsMaxDefault } from "./streams.ts";

export type ServerOptions = {
  host: string;
  /** 0 takes any that is free. */
  port: number;
  version: string;
  log: ServerLog;
  /** Null: there are no tokens, and the server can listen on this machine alone. */
  findToken: FindToken | null;
  /** For tests that show what a guard is for. */
  guardsOff?: readonly GuardName[];
  /** For tests that compare every answer with its schema. */
  onAnswer?: (route: RouteName, json: unknown) => void;
  /** How long a request may take to arrive whole, milliseconds. */
  requestMs?: number;
  /** Live streams at once. */
  streamsMax?: number;
};

export type Server = AsyncDisposable & {
  /** `http://127.0.0.1:4600` */
  readonly url: string;
  readonly port: number;
  /** Live streams that are open. */
  readonly streams: number;
  /** Begins to work: from here on it answers from this ledger. */
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
  ...existingClientHandlers,
};

/**
 * Listens.
 * @throws RunledgerError `server.needs-token`, `server.port-taken`, `server.bad-address`
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { host, port: wantedPort, version, log, findToken, guardsOff = [], onAnswer } = options;
  const isOn = (guard: GuardName) => !guardsOff.includes(guard);
  if (!isLoopback(host) && findToken === null && isOn("token")) {
    throw new RunledgerError("server.needs-token", `on ${host} everybody in the network could call it`);
  }
  let site: Site | null = null;
  let port = wantedPort;
  const auth = new Auth({ host, port: () => port, findToken, isOn, nowMs: Date.now });
  const metrics = new Metrics(() => site);
  const app = createApp({ handlers, auth, metrics, log, version, site: () => site, isOn, onAnswer });
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
  const { ledger, benchmarkFolders: folders, cwd } = ports;
  const catalog = await Catalog.open({ folders, cwd, keptFolder: `${ledger.home}/catalog` });
  const hub = await Hub.open(ledger, (error) => log.fault("the ledger could not be read; it is tried again", error));
  hub.subscribe((batch) => metrics.onBatch(batch, Date.now()));
  return { ...ports, catalog, hub, streams: new Streams(streamsMax) };
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
