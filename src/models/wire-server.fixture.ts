// A server on this machine that stands in for the providers of models: it speaks their wire formats, refuses what
// their published references refuse, says what its script tells it, and goes wrong the way it is told to.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Json } from "../core/document-value.ts";
import type { Conversation, Refusal, Wire, WireAnswer, WireContext } from "./wire.fixture.ts";
import { anthropicWire } from "./wire-anthropic.fixture.ts";
import { googleWire } from "./wire-google.fixture.ts";
import { ollamaWire } from "./wire-ollama.fixture.ts";
import { openAiWire } from "./wire-openai.fixture.ts";
import { responsesWire } from "./wire-responses.fixture.ts";

export type WireRequest = Conversation & {
  /** By its name in the catalogue of providers; `own` for a server of one's own. */
  provider: string;
  path: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: Json;
  /** Which request to this server it is, from 0. */
  index: number;
};

/** Answers one after another, or an answer to what is asked. */
export type WireScript = readonly WireAnswer[] | ((request: WireRequest) => WireAnswer | Promise<WireAnswer>);

export type WireServer = AsyncDisposable & {
  url: string;
  /** What was asked so far, refused requests included. */
  requests: readonly WireRequest[];
  /** What a runner needs to have every provider here: base URLs and keys. */
  env: Record<string, string>;
  /** The server as one of one's own, `openai-compatible:own:MODEL`. */
  own: { name: "own"; baseUrl: string; keyVariable: "OWN_KEY" };
  /** Answers that are under way. */
  underWay: () => number;
  close(): Promise<void>;
};

type Route = {
  provider: string;
  wire: Wire;
  path: RegExp;
  key: string | null;
  base: string;
  variables: [string, string?];
};

/** Each provider has its own place and its own key, so that a key in a wrong place shows. */
const routes: readonly Route[] = [
  {
    provider: "zai",
    wire: openAiWire,
    path: /^\/api\/paas\/v4\/chat\/completions$/,
    key: "zai-key-of-a-test",
    base: "/api/paas/v4",
    variables: ["ZAI_API_URL", "ZAI_API_KEY"],
  },
  {
    provider: "zai-coding",
    wire: openAiWire,
    path: /^\/api\/coding\/paas\/v4\/chat\/completions$/,
    key: "coding-key-of-a-test",
    base: "/api/coding/paas/v4",
    variables: ["GLM_CODING_API_URL", "GLM_CODING_API_KEY"],
  },
  {
    provider: "openai",
    wire: openAiWire,
    path: /^\/openai\/v1\/chat\/completions$/,
    key: "openai-key-of-a-test",
    base: "/openai/v1",
    variables: ["OPENAI_BASE_URL", "OPENAI_API_KEY"],
  },
  {
    provider: "openai",
    wire: responsesWire,
    path: /^\/openai\/v1\/responses$/,
    key: "openai-key-of-a-test",
    base: "/openai/v1",
    variables: ["OPENAI_BASE_URL", "OPENAI_API_KEY"],
  },
  {
    provider: "own",
    wire: responsesWire,
    path: /^\/own\/responses$/,
    key: "own-key-of-a-test",
    base: "/own",
    variables: ["OWN_URL", "OWN_KEY"],
  },
  {
    provider: "own",
    wire: openAiWire,
    path: /^\/own\/chat\/completions$/,
    key: "own-key-of-a-test",
    base: "/own",
    variables: ["OWN_URL", "OWN_KEY"],
  },
  {
    provider: "anthropic",
    wire: anthropicWire,
    path: /^\/anthropic\/v1\/messages$/,
    key: "anthropic-key-of-a-test",
    base: "/anthropic/v1",
    variables: ["ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"],
  },
  {
    provider: "google",
    wire: googleWire,
    path: /^\/google\/v1beta\/models\/[^/:]+:streamGenerateContent$/,
    key: "google-key-of-a-test",
    base: "/google/v1beta",
    variables: ["GOOGLE_GENERATIVE_AI_BASE_URL", "GOOGLE_GENERATIVE_AI_API_KEY"],
  },
  { provider: "ollama", wire: ollamaWire, path: /^\/api\/chat$/, key: null, base: "", variables: ["OLLAMA_BASE_URL"] },
];

/** Starts the server on a free port of 127.0.0.1. Whoever starts it closes it. */
export async function startWireServer(script: WireScript): Promise<WireServer> {
  const requests: WireRequest[] = [];
  let underWay = 0;
  const server = createServer((incoming, response) => {
    underWay += 1;
    response.once("close", () => {
      underWay -= 1;
    });
    answer(incoming, response, script, requests).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url,
    requests,
    env: environmentOf(url),
    own: { name: "own", baseUrl: `${url}/own`, keyVariable: "OWN_KEY" },
    underWay: () => underWay,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A model that makes the given turns, one after another, in each conversation that it is asked in. */
export function plays(...turns: readonly WireAnswer[]): WireScript {
  return ({ turn }) =>
    turns[turn] ?? { status: 400, message: `the script has ${turns.length} turns, this is one more` };
}

/** A model that solves the benchmark 001-sol-transfer: it sends what is asked for, submits, and says so. */
export const solvesSolTransfer: WireScript = plays(
  {
    reasoning: "0.1 SOL are 100000000 lamports.",
    calls: [
      {
        tool: "sol_transfer",
        args: { from: "USER_WALLET_PUBKEY", to: "RECIPIENT_WALLET_PUBKEY", lamports: 100_000_000 },
      },
      { tool: "submit" },
    ],
  },
  { calls: [{ tool: "answer", args: { text: "0.1 SOL are sent." } }] },
);

function environmentOf(url: string): Record<string, string> {
  return Object.fromEntries(
    routes.flatMap(({ base, key, variables: [urlVariable, keyVariable] }) => [
      [urlVariable, `${url}${base}`],
      ...(keyVariable === undefined || key === null ? [] : [[keyVariable, key]]),
    ]),
  );
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  script: WireScript,
  requests: WireRequest[],
): Promise<void> {
  const headers = incoming.headers as Record<string, string | undefined>;
  const path = new URL(incoming.url ?? "/", "http://wire").pathname;
  const route = routes.find((candidate) => candidate.path.test(path));
  const body = await bodyOf(incoming);
  const context: WireContext = { provider: route?.provider ?? "", path, headers };
  const refusal = refusalOf(route, incoming.method ?? "", body, context);
  const said = refusal === null && route !== undefined ? route.wire.conversation(body, context) : null;
  const conversation = said ?? { model: "", turn: 0, messages: [], tools: [] };
  const request: WireRequest = { ...conversation, ...context, body, index: requests.length };
  requests.push(request);
  if (route === undefined || refusal !== null) {
    return refuse(
      response,
      route?.wire ?? openAiWire,
      refusal ?? { status: 404, message: `Invalid URL (${path})` },
      {},
    );
  }
  const told = typeof script === "function" ? await script(request) : script[request.index];
  await play(response, route.wire, told ?? { status: 400, message: "the script is over" }, request);
}

function refusalOf(route: Route | undefined, method: string, body: Json, context: WireContext): Refusal | null {
  if (route === undefined) return { status: 404, message: `Invalid URL (${method} ${context.path})` };
  if (method !== "POST") return { status: 405, message: `Method not allowed (${method})` };
  if (route.key !== null && route.wire.keyIn(context.headers) !== route.key) {
    return { status: 401, message: "Incorrect API key provided." };
  }
  if (body === null) return { status: 400, message: "We could not parse the JSON body of your request." };
  return route.wire.refusal(body, context);
}

async function bodyOf(incoming: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Json;
  } catch {
    return null;
  }
}

function refuse(
  response: ServerResponse,
  wire: Wire,
  refusal: Refusal,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(refusal.status, { "content-type": "application/json", ...headers });
  response.end(wire.errorBody(refusal));
}

async function play(response: ServerResponse, wire: Wire, told: WireAnswer, request: Conversation): Promise<void> {
  const { status, message = "as the script says", headers = {}, body } = told;
  await pause(told.firstTokenMs ?? 0, response);
  if (body !== undefined) {
    response.writeHead(status ?? 200, { "content-type": wire.contentType, ...headers });
    response.end(body);
    return;
  }
  if (status !== undefined && status !== 200) return refuse(response, wire, { status, message }, headers);
  response.writeHead(200, { "content-type": wire.contentType, ...headers });
  for (const [index, frame] of wire.frames(told, request).entries()) {
    if (index > 0) await pause(told.tokenMs ?? 0, response);
    if (response.destroyed) return;
    if (index === told.breaksAfter) return void response.destroy();
    if (index === told.endsAfter) break;
    if (index === told.failsAfter) return void response.end(wire.errorFrame(message));
    await write(response, index === told.garblesAfter ? wire.garbledFrame : frame, told.pieceBytes);
  }
  response.end();
}

/** Writes until the bytes have left this process: what breaks afterwards does not take them back. */
async function write(response: ServerResponse, frame: string, pieceBytes: number | undefined): Promise<void> {
  const bytes = Buffer.from(frame);
  const size = pieceBytes ?? bytes.length;
  for (let from = 0; from < bytes.length; from += size) {
    const sent = Promise.withResolvers<void>();
    response.write(bytes.subarray(from, from + size), () => sent.resolve());
    await sent.promise;
  }
}

/** Lets time pass, unless the reader goes. */
async function pause(ms: number, response: ServerResponse): Promise<void> {
  if (ms === 0 || response.destroyed) return;
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  response.once("close", over.resolve);
  await over.promise;
  clearTimeout(timer);
  response.off("close", over.resolve);
}
