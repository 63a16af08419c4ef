// The RPC's server on loopback: JSON-RPC over HTTP, and over WebSockets on the same port and on the one after it, where
// clients look that make the one address from the other. Its address holds a secret, so that no other run's program
// can come in by trying ports.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import * as ws from "ws";
import { RunledgerError } from "../../../core/errors.ts";
import type { SolanaState } from "../state.ts";
import { answerRpc, type RpcCalls } from "./json-rpc.ts";
import { Subscriptions } from "./subscriptions.ts";

export type RpcServer = AsyncDisposable & { url: string; wsUrl: string };

/** What is used of the package, whose types are there in an older version than itself. */
type Socket = {
  on(event: "close", listener: () => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "message", listener: (data: { toString(): string }) => void): void;
  readonly bufferedAmount: number;
  send(text: string): void;
  pause(): void;
  resume(): void;
  terminate(): void;
};
type Sockets = {
  readonly clients: Iterable<Socket>;
  on(event: "connection", listener: (socket: Socket) => void): void;
  emit(event: "connection", socket: Socket): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: (socket: Socket) => void): void;
  close(): void;
};
const { WebSocketServer } = ws as unknown as {
  WebSocketServer: new (options: { noServer: boolean; maxPayload: number }) => Sockets;
};

const host = "127.0.0.1";
const bodyBytesMax = 1024 * 1024;
const connectionsMax = 64;
/** Requests of a connection that wait for their turn; more are not read before there are fewer. */
const waitingMax = 64;
/** What a connection was told and has not read, bytes; one that reads nothing is closed. */
const unreadBytesMax = 16 * 1024 * 1024;
/** How often two ports side by side are looked for. */
const portTriesMax = 50;

/** Serves until it is disposed of. @throws `environment.failed` if no two ports side by side are free. */
export async function startRpcServer(state: SolanaState, calls: RpcCalls): Promise<RpcServer> {
  const path = `/${randomBytes(16).toString("hex")}`;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: bodyBytesMax });
  sockets.on("connection", (socket) => converse(socket, state, calls));
  const servers = await listenOnTwo(() => makeServer(path, calls, sockets));
  const [port = 0, wsPort = 0] = servers.map((server) => (server.address() as AddressInfo).port);
  return {
    url: `http://${host}:${port}${path}`,
    wsUrl: `ws://${host}:${wsPort}${path}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await Promise.all(servers.map(closed));
    },
  };
}

function makeServer(path: string, calls: RpcCalls, sockets: Sockets): Server {
  const server = createServer((request, response) => void answerHttp(request, response, path, calls));
  server.maxConnections = connectionsMax;
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    if (!isAt(request, path)) return void socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
    sockets.handleUpgrade(request, socket, head, (connected) => sockets.emit("connection", connected));
  });
  return server;
}

async function answerHttp(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  calls: RpcCalls,
): Promise<void> {
  if (!isAt(request, path)) return end(response, 404, "no such path; use the whole of SOLANA_RPC_URL");
  if (request.method === "GET" && request.url?.endsWith("/health")) return end(response, 200, "ok");
  if (request.method !== "POST") return end(response, 405, "JSON-RPC is asked by POST");
  try {
    const text = await bodyOf(request);
    if (text === null) return end(response, 413, `a request holds at most ${bodyBytesMax} bytes`);
    const answer = await answerRpc(text, calls, null);
    response.writeHead(200, { "content-type": "application/json" }).end(answer ?? "");
  } catch {
    // The agent was stopped, or its program has gone: nobody waits for an answer any more.
    response.destroy();
  }
}

function converse(socket: Socket, state: SolanaState, calls: RpcCalls): void {
  const tell = (text: string): void => {
    if (socket.bufferedAmount > unreadBytesMax) socket.terminate();
    else socket.send(text);
  };
  const subscriptions = new Subscriptions(state, (method, subscription, result) =>
    tell(JSON.stringify({ jsonrpc: "2.0", method, params: { result, subscription } })),
  );
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  socket.on("close", () => subscriptions[Symbol.dispose]());
  socket.on("error", () => socket.terminate());
  socket.on("message", (data: { toString(): string }) => {
    // One after another, so that answers come in the order of their requests, before what they ask to be told of.
    waiting += 1;
    if (waiting === waitingMax) socket.pause();
    last = last.then(async () => {
      const answer = await answerRpc(String(data), calls, subscriptions);
      waiting -= 1;
      if (waiting === waitingMax - 1) socket.resume();
      if (answer !== null) tell(answer);
    });
    last = last.catch(() => socket.terminate());
  });
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > bodyBytesMax) return null;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** The address with or without what a client puts behind it. */
function isAt({ url = "" }: IncomingMessage, path: string): boolean {
  return url === path || url.startsWith(`${path}/`) || url.startsWith(`${path}?`);
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain" }).end(`${text}\n`);
}

/** Two servers on ports side by side; the first port is any that is free. */
export async function listenOnTwo(make: () => Server): Promise<[Server, Server]> {
  for (let tries = 0; tries < portTriesMax; tries += 1) {
    const first = make();
    await listen(first, 0);
    const second = make();
    try {
      if (await listen(second, (first.address() as AddressInfo).port + 1)) return [first, second];
    } catch (error) {
      await closed(first);
      throw error;
    }
    await closed(first);
  }
  throw new RunledgerError("environment.failed", `no two free ports side by side on ${host} in ${portTriesMax} tries`);
}

/** False if the port is taken. */
async function listen(server: Server, port: number): Promise<boolean> {
  if (port > 65_535) return false;
  server.listen(port, host);
  try {
    await once(server, "listening");
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return false;
    throw error;
  }
}

async function closed(server: Server): Promise<void> {
  const gone = once(server, "close");
  server.close();
  server.closeAllConnections();
  await gone;
}
