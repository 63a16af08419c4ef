// A server under test on a scene's ledger, as `serve` puts it together, and a caller that compares every answer with the
// schema of its route.

import { isDeepStrictEqual } from "node:util";
import { serverPorts } from "../../src/cli/serve-ports.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { routes } from "../../src/protocol/http.ts";
import type { RunBody } from "../../src/protocol/http-resources.ts";
import { apiPrefix, type RouteSpec } from "../../src/protocol/http-route.ts";
import type { Scope } from "../../src/server/auth.ts";
import { openLog } from "../../src/server/log.ts";
import { type Server, type ServerOptions, startServer } from "../../src/server/server.ts";
import { makeToken } from "../../src/server/tokens.ts";
import { QueueWork } from "../../src/worker/work-queue.ts";
import { repository, Scene } from "../scene.ts";

// biome-ignore lint/suspicious/noExplicitAny: each answer was compared with its schema before it was sent
type Any = any;

export type Answer = { status: number; headers: Headers; text: string; json: Any };

export type Served = AsyncDisposable & {
  server: Server;
  url: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
};

/** Serves the scene's ledger. Answers that break their schema fail the request with 500. */
export async function serve(
  scene: Scene,
  options: Partial<ServerOptions> = {},
  /** What stands between the server and the scene's ledger. */
  between: (ledger: Ledger) => Ledger = (ledger) => ledger,
): Promise<Served> {
  const server = await startServer({
    ...{ host: "127.0.0.1", port: 0, version: "0.0.0-test", log: openLog("silent") },
    onAnswer: (name, json) => compareWithSchema(routes[name], json),
    ...options,
  });
  const context = { env: { ...process.env }, cwd: scene.folder };
  const folders = [`${repository}benchmarks`];
  await server.open(serverPorts({ ledger: between(await scene.ledger()), context, folders, workState: () => null }));
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    ask(`${server.url}${apiPrefix}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  return {
    server,
    url: `${server.url}${apiPrefix}`,
    get: (path, headers = {}) => send("GET", path, undefined, headers),
    send,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** A scene with a server on it, for all tests of a file; `end` takes both away. */
export async function servedScene(): Promise<{ scene: Scene; served: Served; end: () => Promise<void> }> {
  const scene = new Scene();
  const served = await serve(scene);
  const end = async () => {
    await served[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  };
  return { scene, served, end };
}

export async function ask(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
}

/** Makes a token of the ledger. @returns its text */
export async function newToken(
  ledger: Ledger,
  of: { scope: Scope; name?: string; expiresAt?: string | null },
): Promise<string> {
  const made = makeToken({ name: "test", expiresAt: null, who: "tester", ...of });
  await ledger.createToken(made.token, "tester");
  return made.text;
}

/** A worker that takes what the API queues. */
export async function workQueue(scene: Scene): Promise<AsyncDisposable> {
  const [ledger, worker] = [await scene.ledger(), await scene.worker()];
  const work = new QueueWork({
    ...{ ledger, worker, slots: 2, isUntilIdle: false, onNews: () => undefined },
    can: { kinds: ["benchmark", "command"], agents: null, labels: {} },
    envOf: () => ({ PATH: process.env.PATH ?? "" }),
  });
  const done = work.toEnd();
  return {
    async [Symbol.asyncDispose]() {
      work.drain();
      await done;
    },
  };
}

export async function runOf(served: Served, id: string): Promise<RunBody> {
  return (await served.get(`/runs/${id}`)).json;
}

/** An answer is what its schema says and nothing beside it. */
export function compareWithSchema({ answer, path }: RouteSpec, json: unknown): void {
  if (answer === null) throw new Error(`${path} has no JSON answer`);
  const plain: unknown = JSON.parse(JSON.stringify(json));
  const parsed: unknown = answer.parse(plain);
  if (!isDeepStrictEqual(parsed, plain)) throw new Error(`${path} answered with what its schema does not have`);
}
